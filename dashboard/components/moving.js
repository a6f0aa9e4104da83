// Picking a case up and putting it down: with the pointer, or with M, the arrow keys, Enter and Escape.
// The server says for every list yes, yes but, or no; nothing is judged here.

const FAR_ENOUGH = 5; // pixels, so that a click is not a drag
const PATIENCE = 30000; // milliseconds until an answer is not waited for any longer
const AT_A_TIME = 80, BREATH = 80; // lists out of sight that are marked together, and milliseconds between
const EDGE = 48, EDGE_STEP = 14; // pixels near an edge of the sheet, and how far it then scrolls at a time

// What was asked about a case is kept until the board changes, so a case under the pointer is marked as it is lifted.
function askWhere(memory, ref) {
  const { version, last } = memory.data;
  const key = `${ref} ${version} ${last}`;
  if (!memory.answers.has(key)) {
    const asked = fetch(`/api/where?case=${encodeURIComponent(ref)}&last=${last}`, { cache: "no-store" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    memory.answers.set(key, asked);
    asked.then((found) => { if (!found) memory.answers.delete(key); });
  }
  return memory.answers.get(key);
}

function markOf(marks, list) {
  return own(marks.lists, list) ?? { verdict: "no", says: `No. ${marks.otherwise}` };
}

function meet(one, other) {
  return one.right > other.left && one.left < other.right && one.bottom > other.top && one.top < other.bottom;
}

// The lists in sight change at once, the others a few at a time, so that the hand need not wait for what nobody sees.
function changeLists(memory, change) {
  clearTimeout(memory.later);
  const frame = memory.sheet.getBoundingClientRect(), seen = [], unseen = [];
  for (const card of memory.sheet.querySelectorAll("[data-card]")) (meet(card.getBoundingClientRect(), frame) ? seen : unseen).push(card);
  seen.forEach(change);
  const goOn = () => {
    unseen.splice(0, AT_A_TIME).forEach(change);
    if (unseen.length) memory.later = setTimeout(goOn, BREATH);
  };
  memory.later = setTimeout(goOn, BREATH);
}

function showMarks(memory, marks) {
  memory.marks = marks;
  changeLists(memory, (card) => { card.dataset.verdict = markOf(marks, card.dataset.card).verdict; });
  memory.root.dataset.marked = "1";
}

function hideMarks(memory) {
  memory.marks = null;
  delete memory.root.dataset.marked;
  changeLists(memory, (card) => { delete card.dataset.verdict; });
  memory.sheet.querySelector(".aimed")?.classList.remove("aimed");
}

function countWords(marks) {
  const able = Object.values(marks.lists).filter((mark) => mark.verdict === "yes" || mark.verdict === "yes_but").length;
  return able === 1 ? "1 list can take it" : `${able} lists can take it`;
}

// A drop is only asked for; the desk judges it again and writes it.
function drop(memory, held, list) {
  const mark = memory.marks ? markOf(memory.marks, list) : null;
  if (list === held.on || mark?.verdict === "here") return say(memory, `${held.ref} stays where it is.`);
  if (mark?.verdict === "no") return say(memory, `${held.ref} cannot go there. ${mark.says.replace(/^No\. /, "")}`, true);
  act(memory, { kind: "place", ref: held.ref, list, seen_on: held.on, version: held.version });
}

function backToTray(memory, held) {
  if (held.on) act(memory, { kind: "give_back", ref: held.ref, seen_on: held.on, version: held.version });
}

// A repeat of the same write is done once. (crypto.randomUUID is missing where the page is served without TLS.)
function writeId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The answer holds what came of it and what has changed, so the lists are drawn again without a new page.
async function act(memory, wanted) {
  say(memory, "Writing …");
  memory.root.dataset.busy = "1";
  const asked = { act: { ...wanted, write: writeId() } };
  const answer = await askBoard(memory, asked, PATIENCE).catch(() => null);
  delete memory.root.dataset.busy;
  if (answer) take(memory, answer);
  else say(memory, "The server has not answered. Look where the case is before you try again.", true);
  memory.afterwards();
}

function say(memory, text, refused = false) {
  memory.line.textContent = text;
  memory.line.classList.toggle("refused", refused);
}

function heldBy(chip) {
  return { ref: chip.dataset.case, on: chip.dataset.on || null, version: Number(chip.dataset.version) };
}

function aim(memory, card) {
  memory.sheet.querySelector(".aimed")?.classList.remove("aimed");
  card?.classList.add("aimed");
}

// With the pointer

function lift(memory, chip, event) {
  const ghost = chip.cloneNode(true);
  ghost.className += " ghost";
  ghost.removeAttribute("data-case");
  ghost.setAttribute("aria-hidden", "true");
  ghost.tabIndex = -1;
  ghost.style.width = `${Math.min(chip.offsetWidth, 240)}px`;
  memory.root.append(ghost, memory.tip);
  chip.classList.add("lifted");
  memory.drag = { ...heldBy(chip), chip, ghost };
  follow(memory, event);
  askWhere(memory, chip.dataset.case).then((marks) => {
    if (memory.drag?.chip !== chip) return;
    if (marks) showMarks(memory, marks);
    else say(memory, "The server did not say where it can go. It is judged when you drop it.");
  });
}

function under(memory, event) {
  const node = memory.root.getRootNode().elementFromPoint(event.clientX, event.clientY);
  return { card: node?.closest("[data-card]"), tray: node?.closest(".tray") };
}

// What follows the pointer is moved as a whole, so that nothing under it is laid out or painted again.
function standAt(node, x, y) {
  node.style.transform = `translate(${x}px, ${y}px)`;
}

function follow(memory, event) {
  const { ghost } = memory.drag;
  standAt(ghost, event.clientX + 10, event.clientY + 8);
  const { card, tray } = under(memory, event);
  aim(memory, card);
  let words = "";
  if (card && memory.marks) words = markOf(memory.marks, card.dataset.card).says;
  else if (tray && memory.drag.on) words = "Take it off its list.";
  memory.tip.textContent = words;
  memory.tip.hidden = !words;
  standAt(memory.tip, Math.min(event.clientX + 14, window.innerWidth - 350), event.clientY + 38);
  scrollAtEdge(memory.sheet, event);
}

function scrollAtEdge(sheet, event) {
  const box = sheet.getBoundingClientRect();
  const step = (at, low, high) => (at < low + EDGE ? -EDGE_STEP : at > high - EDGE ? EDGE_STEP : 0);
  if (event.clientX < box.left - EDGE) return;
  sheet.scrollBy(step(event.clientX, box.left, box.right), step(event.clientY, box.top, box.bottom));
}

function letGo(memory) {
  memory.drag?.chip.classList.remove("lifted");
  memory.drag?.ghost.remove();
  memory.tip.remove();
  memory.drag = null;
  hideMarks(memory);
  memory.afterwards();
}

function pointer(memory) {
  let pressed = null;
  memory.root.addEventListener("pointerover", (event) => {
    const chip = event.target.closest(".chip[data-moves]");
    if (chip && event.pointerType === "mouse") askWhere(memory, chip.dataset.case);
  });
  memory.root.addEventListener("pointerdown", (event) => {
    const chip = event.target.closest(".chip[data-moves]");
    if (!chip || event.button !== 0 || memory.drag) return;
    pressed = { chip, x: event.clientX, y: event.clientY };
    askWhere(memory, chip.dataset.case);
  });
  window.addEventListener("pointermove", (event) => {
    if (memory.drag) return follow(memory, event);
    if (!pressed || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < FAR_ENOUGH) return;
    const { chip } = pressed;
    pressed = null;
    if (chip.isConnected) lift(memory, chip, event);
  });
  window.addEventListener("pointerup", (event) => {
    pressed = null;
    if (!memory.drag) return;
    const held = memory.drag, { card, tray } = under(memory, event);
    memory.dropped = performance.now(); // the click that follows opens nothing
    if (card) drop(memory, held, card.dataset.card);
    else if (tray) backToTray(memory, held);
    letGo(memory);
  });
  window.addEventListener("pointercancel", () => { pressed = null; if (memory.drag) letGo(memory); });
  window.addEventListener("keydown", (event) => { if (event.key === "Escape" && memory.drag) letGo(memory); });
}

// With the keyboard

function able(memory) {
  const taking = (card) => ["yes", "yes_but"].includes(markOf(memory.marks, card.dataset.card).verdict);
  return [...memory.sheet.querySelectorAll("[data-card]")].filter(taking);
}

function aimAt(memory, card) {
  memory.move.at = card;
  aim(memory, card);
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  const mark = markOf(memory.marks, card.dataset.card);
  say(memory, `${card.getAttribute("aria-label").split(":")[0]}. ${mark.says} Enter places ${memory.move.ref} there.`);
}

async function beginMove(memory, chip) {
  const held = heldBy(chip);
  memory.move = { ...held, at: null };
  say(memory, `Looking where ${held.ref} can go …`);
  const marks = await askWhere(memory, held.ref);
  if (memory.move?.ref !== held.ref) return;
  if (!marks) return stopMove(memory, "The server did not say where it can go. Try again.");
  showMarks(memory, marks);
  const cards = able(memory);
  if (!cards.length) return stopMove(memory, `No list shown can take ${held.ref}. ${marks.no || "Open the case to see why, or show more weeks."}`);
  const best = marks.best.map((id) => cards.find((card) => card.dataset.card === id)).find(Boolean);
  aimAt(memory, best ?? cards[0]);
  say(memory, `Moving ${held.ref}: ${countWords(marks)}. ${memory.line.textContent} Arrow keys choose another, Escape stops.`);
}

function stopMove(memory, words = "Nothing was moved.") {
  memory.move = null;
  hideMarks(memory);
  say(memory, words);
  memory.afterwards();
}

function moveKeys(memory, event) {
  if (!memory.move) {
    const chip = event.target.closest?.(".chip[data-moves]");
    if (chip && event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopImmediatePropagation();
      beginMove(memory, chip);
    }
    return;
  }
  if (event.key === "Tab") return stopMove(memory);
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key === "Escape") return stopMove(memory);
  if (!memory.move.at) return;
  if (event.key === "Enter" || event.key === " ") {
    const held = memory.move;
    const list = held.at.dataset.card;
    const { marks } = memory;
    memory.move = null;
    drop(memory, held, list);
    if (marks) hideMarks(memory);
    memory.afterwards();
  } else if (MOVES.includes(event.key)) {
    const to = nearest(able(memory), memory.move.at, event.key);
    if (to) aimAt(memory, to);
  }
}
