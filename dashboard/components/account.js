// Who is signed in, and the page's live connection: it hears of changes by others, of what is wrong with the service, and
// of the end of the session, which leaves nothing of anybody on the page.
// The button is a real form, so signing out works without any script of ours.

const ENDED = 4401;
const LONGEST_PAUSE = 3000;
const LOST_AFTER = 2;
const LOOK_EVERY = 5000;

// One connection a page, however often Streamlit draws this piece again.
function theConnection() {
  window.neurolistLive ??= { version: 0, service: "", tries: 0, ended: false, started: false, heard: Date.now(), draw: () => {} };
  return window.neurolistLive;
}

function hear(live, told) {
  live.tries = 0;
  live.service = told.service;
  live.draw();
  live.version = told.version;
  window.dispatchEvent(new CustomEvent("neurolist-version", { detail: told.version }));
}

// What was drawn goes with the session, also what hangs outside Streamlit's own part of the page, such as a dialogue.
function end(live) {
  if (live.ended) return;
  live.ended = true;
  const notice = document.createElement("main"), says = document.createElement("p");
  says.setAttribute("role", "alert");
  says.append(...endedWords());
  notice.append(says);
  Object.assign(notice.style, { padding: "48px 24px", font: '16px/1.5 "Source Sans", sans-serif', textAlign: "center" });
  document.body.replaceChildren(notice);
  document.title = "Neurolist";
}

// A connection that was refused does not say why, so the page asks plainly whether its session is still there; null where
// nobody answers.
async function stillHere() {
  try {
    return (await fetch("/api/still-here", { cache: "no-store" })).status !== 401;
  } catch {
    return null;
  }
}

// Where the server was not heard of for as long as a session may rest, as when the machine slept, it must say so itself.
async function look(live) {
  const now = Date.now(), silent = now - live.heard >= live.rests;
  if (silent && !(await stillHere())) return end(live);
  if (silent || live.socket?.readyState === WebSocket.OPEN) live.heard = now;
}

function connect(live) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/live`);
  live.socket = socket;
  socket.onmessage = (event) => hear(live, JSON.parse(event.data));
  socket.onclose = async (event) => {
    if (event.code === ENDED) return end(live);
    if (live.ended) return;
    live.tries += 1;
    live.draw();
    if ((await stillHere()) === false) return end(live);
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
  live.rests = data.rests * 1000;
  live.draw = () => {
    const lost = parentElement.querySelector(".lost");
    if (!lost) return;
    const away = live.tries >= LOST_AFTER;
    lost.textContent = away ? "The server does not answer. Trying again …" : "";
    parentElement.querySelector(".service").textContent = away ? "" : live.service;
  };
  live.draw();
  if (!live.started) {
    live.started = true;
    connect(live);
    setInterval(() => look(live), LOOK_EVERY);
  }
}
