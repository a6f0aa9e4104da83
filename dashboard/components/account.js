// Who is signed in, and the page's live connection: it hears of changes by others, of what is wrong with the service, and
// of the end of the session.
// The button is a real form, so signing out works without any script of ours.

const ENDED = 4401;
const LONGEST_PAUSE = 3000;
const LOST_AFTER = 2;

// One connection a page, however often Streamlit draws this piece again.
function theConnection() {
  window.neurolistLive ??= { version: 0, service: "", tries: 0, ended: false, started: false, draw: () => {} };
  return window.neurolistLive;
}

function hear(live, told) {
  live.tries = 0;
  live.service = told.service;
  live.draw();
  live.version = told.version;
  window.dispatchEvent(new CustomEvent("neurolist-version", { detail: told.version }));
}

function end(live) {
  live.ended = true;
  live.draw();
}

// A connection that was refused does not say why, so the page asks plainly whether its session is still there.
async function askWhy(live) {
  try {
    const answer = await fetch("/api/still-here", { cache: "no-store" });
    if (answer.status === 401) end(live);
  } catch { /* the server is away; the next try will tell */ }
}

function connect(live) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/live`);
  socket.onmessage = (event) => hear(live, JSON.parse(event.data));
  socket.onclose = async (event) => {
    if (event.code === ENDED) return end(live);
    live.tries += 1;
    live.draw();
    await askWhy(live);
    if (!live.ended) setTimeout(() => connect(live), Math.min(LONGEST_PAUSE, 250 * 2 ** live.tries));
  };
}

function endedWords() {
  const again = document.createElement("a");
  again.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  again.textContent = "Sign in again";
  return ["Your session has ended. ", again, "."];
}

export default function ({ data, parentElement }) {
  parentElement.querySelector(".name").textContent = data.name;
  parentElement.querySelector(".roles").textContent = data.roles;
  const live = theConnection();
  live.draw = () => {
    const lost = parentElement.querySelector(".lost"), ended = parentElement.querySelector(".ended");
    if (!lost || !ended) return;
    const away = !live.ended && live.tries >= LOST_AFTER;
    lost.textContent = away ? "The server does not answer. Trying again …" : "";
    parentElement.querySelector(".service").textContent = away || live.ended ? "" : live.service;
    if (live.ended && !ended.textContent) {
      ended.setAttribute("role", "alert");
      ended.replaceChildren(...endedWords());
    }
  };
  live.draw();
  if (!live.started) {
    live.started = true;
    connect(live);
  }
}
