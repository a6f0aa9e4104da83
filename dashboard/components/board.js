// The schedule by site, suite and day, with the tray of cases to place.

const memories = new WeakMap();
const ASK_AGAIN_AFTER = 4000; // milliseconds
const UNANSWERED = 2; // askings, before the page is loaded again
const QUIET = 700; // milliseconds without a change, after which the next case is asked about beforehand

// A chip that may be picked up says where it stands and as which version, so the desk can tell whether that still holds.
function movable(card) {
  const button = chip(card);
  if (card.time) button.firstChild.before(make("span", "time", card.time), " ");
  if (card.held) button.classList.add("held");
  if (card.dim) button.classList.add("dim");
  if (card.moves) button.dataset.moves = "1";
  button.dataset.on = card.on;
  button.dataset.version = card.version;
  return button;
}

function head(list) {
  const button = make("button", "head");
  button.type = "button";
  button.dataset.list = list.id;
  button.title = list.says;
  button.append(
    make("span", "who", make("b", "", list.part), " ", list.radiologist), " ",
    make("span", "gap"),
    make("span", "tags", ...list.tags.map((tag) => make("span", "tag", `${tag} `)), `${list.percent}%`),
  );
  return button;
}

function bar(list) {
  const fill = make("span", `fill fill-${list.level}`);
  fill.style.width = `${Math.min(100, list.percent)}%`;
  const track = make("span", "bar", fill);
  track.setAttribute("aria-hidden", "true");
  return track;
}

function listCard(list, density) {
  const card = make("div", `list${list.closed ? " closed" : ""}${density === "load" ? " load" : ""}`);
  card.dataset.card = list.id;
  card.setAttribute("role", "group");
  card.setAttribute("aria-label", list.says);
  if (density === "load") {
    const button = head({ ...list, tags: [], radiologist: "" });
    button.append(bar(list), make("span", "count", list.count_says));
    card.append(button);
    return card;
  }
  card.append(head(list), bar(list));
  if (list.risk) card.append(make("p", "risk", list.risk));
  if (list.cases.length) {
    const items = list.cases.map((booked) => make("li", "", movable(booked)));
    card.append(make("ol", "cases", ...items));
  }
  return card;
}

function dayHead(day) {
  const cell = make("th", `day${day.today ? " today" : ""}`);
  cell.scope = "col";
  cell.append(make("b", "", day.name), make("small", "", day.today ? "Today" : day.month));
  if (day.note) cell.append(make("small", "note", day.note));
  return cell;
}

function siteRows(site, days, lists, density) {
  const name = make("th", "site", make("span", "stuck", site.name));
  name.colSpan = days.length + 1;
  name.scope = "rowgroup";
  const rows = site.suites.map((suite) => {
    const label = make("th", "suite", make("b", "", suite.name), make("small", "", suite.note));
    label.scope = "row";
    const cells = days.map((day) => {
      const here = suite.lists.filter((id) => own(lists, id).date === day.date);
      const cell = make("td", here.length ? "" : "empty", ...here.map((id) => listCard(own(lists, id), density)));
      if (!here.length) cell.append(hidden("No list"));
      return cell;
    });
    return make("tr", "", label, ...cells);
  });
  return make("tbody", "", make("tr", "", name), ...rows);
}

function sheet(data) {
  const first = make("th", "corner", "Suite");
  first.scope = "col";
  const table = make("table", `grid ${data.density}`);
  table.style.setProperty("--days", data.days.length);
  table.append(
    make("caption", "unseen", data.caption),
    make("thead", "", make("tr", "", first, ...data.days.map(dayHead))),
    ...data.sites.map((site) => siteRows(site, data.days, data.lists, data.density)),
  );
  return table;
}

function tray(data) {
  const items = data.tray.cases.map((waiting) => make("li", "", movable(waiting)));
  const heading = make("h2", "", data.tray.title);
  return [
    make("div", "tray-head", heading, make("small", "", data.tray.says)),
    items.length ? make("ol", "cases", ...items) : make("p", "nothing", data.tray.nothing),
  ];
}

function figures(data) {
  return data.figures.map(({ label, value, level }) => make("div", "", make("dd", level, value), make("dt", "", label)));
}

// What decides where the cards are; while it stays the same only the cards that changed are drawn again.
const FRAME = ["density", "days", "sites", "nothing"];

function same(old, fresh) {
  return old === fresh || JSON.stringify(old) === JSON.stringify(fresh);
}

function sameFrame(old, fresh) {
  const names = Object.keys(fresh.lists);
  return FRAME.every((name) => same(own(old, name), own(fresh, name))) && same(Object.keys(old.lists), names);
}

function drawAll(memory, data) {
  memory.figures.replaceChildren(...figures(data));
  memory.tray.replaceChildren(...tray(data));
  if (data.sites.length) memory.sheet.replaceChildren(sheet(data));
  else memory.sheet.replaceChildren(make("p", "nothing", data.nothing));
}

function drawChanges(memory, data) {
  const before = memory.data;
  if (!same(before.figures, data.figures)) memory.figures.replaceChildren(...figures(data));
  if (!same(before.tray, data.tray)) memory.tray.replaceChildren(...tray(data));
  for (const [id, list] of Object.entries(data.lists)) {
    if (same(own(before.lists, id), list)) continue;
    const old = memory.sheet.querySelector(`[data-card="${CSS.escape(id)}"]`);
    if (!old) continue;
    const fresh = listCard(list, data.density);
    fresh.classList.add("changed");
    old.replaceWith(fresh);
  }
}

function scrollToToday(memory) {
  const today = memory.sheet.querySelector("th.today");
  const corner = memory.sheet.querySelector("th.corner");
  if (today && corner) memory.sheet.scrollLeft = today.getBoundingClientRect().left - corner.getBoundingClientRect().right;
}

function drawLine(memory, data) {
  const { said, undo } = data;
  if (said && said.n !== memory.said) {
    memory.said = said.n;
    say(memory, [said.text, said.detail].filter(Boolean).join(" "), said.refused);
  } else if (!memory.line.textContent) say(memory, data.hint);
  memory.undo.hidden = !undo;
  memory.undo.title = undo ? `Take back: ${undo.says}` : "";
  memory.undo.setAttribute("aria-label", undo ? `Undo: ${undo.says}` : "Undo");
}

// Who had the keyboard keeps it: the case is found again where it now stands.
function focusKey(memory) {
  const at = memory.root.getRootNode().activeElement;
  return at?.dataset?.case ? `[data-case="${CSS.escape(at.dataset.case)}"]` : at?.dataset?.list ? `[data-list="${CSS.escape(at.dataset.list)}"]` : "";
}

function draw(memory, data) {
  const first = memory.data === null, kept = focusKey(memory);
  if (first || !sameFrame(memory.data, data)) drawAll(memory, data);
  else drawChanges(memory, data);
  memory.data = data;
  memory.unanswered = 0;
  memory.answers.clear();
  for (const region of [memory.tray, memory.sheet]) oneStop(region);
  drawLine(memory, data);
  if (first) requestAnimationFrame(() => scrollToToday(memory));
  if (kept) memory.root.querySelector(kept)?.focus({ preventScroll: true });
  askAhead(memory);
}

// The case that is due first is the one most likely picked up next.
function askAhead(memory) {
  clearTimeout(memory.ahead);
  memory.ahead = setTimeout(() => {
    const next = memory.tray.querySelector(".chip[data-moves]");
    if (next && memory.root.isConnected && !document.hidden) askWhere(memory, next.dataset.case);
  }, QUIET);
}

// Nothing is redrawn under a case that is in the air; what came meanwhile is drawn when it is down.
function drawWhenDown(memory, data) {
  if (memory.drag || memory.move) memory.waiting = data;
  else draw(memory, data);
}

// What the server answers is the whole board, or what has changed since the one that was asked about.
function withChanges(data, answer) {
  if (!answer.from) return { ...data, ...answer };
  return answer.from === data.picture ? { ...data, ...answer, lists: { ...data.lists, ...answer.lists } } : null;
}

function take(memory, { said, ...changed }) {
  const fresh = changed.version === undefined ? null : withChanges(memory.waiting ?? memory.data ?? {}, changed);
  if (fresh) drawWhenDown(memory, fresh);
  if (said) say(memory, [said.text, said.detail].filter(Boolean).join(" "), said.refused);
}

async function askBoard(memory, more, patience) {
  const { looking } = memory, { picture } = memory.waiting ?? memory.data ?? {};
  const asked = { method: "POST", body: JSON.stringify({ looking, picture, ...more }), cache: "no-store", signal: AbortSignal.timeout(patience) };
  const answer = await fetch("/api/board", asked);
  if (!answer.ok) throw new Error(answer.status);
  const found = await answer.json();
  return same(looking, memory.looking) ? { ...found, looking } : { said: found.said }; // or another part is looked at by now
}

// The page was told of a later board than is shown, or somebody looks at another part of it.
function behind(memory) {
  const shown = memory.waiting ?? memory.data;
  return !shown || !same(shown.looking, memory.looking) || memory.heard > shown.version;
}

function refresh(memory) {
  memory.asked = memory.heard;
  askBoard(memory, {}, PATIENCE).then((answer) => take(memory, answer)).catch(() => memory.sendStale(memory.heard));
  setTimeout(() => askAgain(memory), ASK_AGAIN_AFTER);
}

// What was asked while the server was away is lost, so it is asked again, and in the end the whole page is loaded again.
function askAgain(memory) {
  if (!memory.root.isConnected || !behind(memory)) return;
  memory.unanswered += 1;
  if (memory.unanswered > UNANSWERED && !memory.drag && !memory.move) return location.reload();
  refresh(memory);
}

function catchUp(memory) {
  const free = !memory.drag && !memory.move && !memory.root.dataset.busy;
  if (memory.waiting && free) {
    const data = memory.waiting;
    memory.waiting = null;
    draw(memory, data);
  }
  if (!free || memory.heard <= memory.asked || !behind(memory)) return;
  refresh(memory);
  // What is open beside the board may have changed too.
  if (document.querySelector("[role=dialog]")) memory.sendStale(memory.heard);
}

// A run of the page tells what is looked at, and what was said and done in a drawer; the lists are fetched.
function tell(memory, { looking, version, said, undo }) {
  const shown = memory.waiting ?? memory.data;
  memory.looking = looking;
  memory.heard = Math.max(memory.heard, version, window.neurolistLive?.version ?? 0);
  if (shown && version >= shown.version) {
    shown.undo = undo;
    drawLine(memory, { ...shown, said });
  }
  if (behind(memory) && !memory.root.dataset.busy) refresh(memory);
}

function begin(root) {
  const find = (name) => root.querySelector(name);
  const memory = {
    root, figures: find(".figures"), tray: find(".tray"), sheet: find(".sheet"), line: find(".line-words"), undo: find(".undo"), tip: make("div", "tip"),
    data: null, waiting: null, looking: null, marks: null, drag: null, move: null, dropped: 0, heard: 0, asked: 0, unanswered: 0, said: 0, later: 0, answers: new Map(),
  };
  memory.afterwards = () => catchUp(memory);
  root.addEventListener("keydown", (event) => {
    moveKeys(memory, event);
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !memory.undo.hidden) memory.undo.click();
  }, true);
  for (const region of [memory.tray, memory.sheet]) roving(region);
  pointer(memory);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || performance.now() - memory.dropped < 400) return;
    if (button === memory.undo) return act(memory, { kind: "undo", act: memory.data.undo.id });
    const { case: ref, list } = button.dataset;
    memory.send(ref ? { kind: "case", id: ref } : { kind: "list", id: list });
  });
  window.addEventListener("neurolist-version", (event) => {
    if (!root.isConnected || !memory.data) return;
    memory.heard = Math.max(memory.heard, event.detail);
    catchUp(memory);
  });
  memories.set(root, memory);
  return memory;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".board");
  const memory = memories.get(root) ?? begin(root);
  memory.send = (wanted) => setTriggerValue("open", wanted);
  memory.sendStale = (version) => setTriggerValue("stale", version);
  tell(memory, data);
}
