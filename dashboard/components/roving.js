// One Tab stop for a whole region; the arrow keys move to the nearest button in that direction.

function centre(box) {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

function distance(from, to, key) {
  const a = centre(from), b = centre(to);
  const dx = b.x - a.x, dy = b.y - a.y;
  if (key === "ArrowDown" && dy > 2) return dy + 6 * Math.abs(dx);
  if (key === "ArrowUp" && dy < -2) return -dy + 6 * Math.abs(dx);
  if (key === "ArrowRight" && dx > 12) return dx + 2 * Math.abs(dy);
  if (key === "ArrowLeft" && dx < -12) return -dx + 2 * Math.abs(dy);
  return Infinity;
}

function nearest(buttons, current, key) {
  if (key === "Home") return buttons[0];
  if (key === "End") return buttons[buttons.length - 1];
  const from = current.getBoundingClientRect();
  let best = null, least = Infinity;
  for (const button of buttons) {
    const score = button === current ? Infinity : distance(from, button.getBoundingClientRect(), key);
    if (score < least) [best, least] = [button, score];
  }
  return best;
}

const MOVES = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"];

function oneStop(region) {
  const buttons = [...region.querySelectorAll("button")];
  const kept = buttons.find((button) => button.tabIndex === 0 && button.dataset.stop) ?? buttons[0];
  for (const button of buttons) {
    button.tabIndex = button === kept ? 0 : -1;
    if (button === kept) button.dataset.stop = "1";
  }
}

// A region may hold groups that scroll by themselves: each of those then has a stop of its own.
function groupOf(region, button) {
  return button.closest("[data-group]") ?? region;
}

function moveStop(region, to) {
  const old = region.querySelector("button[data-stop]");
  if (old) { old.tabIndex = -1; delete old.dataset.stop; }
  to.tabIndex = 0;
  to.dataset.stop = "1";
}

function roving(region) {
  region.addEventListener("focusin", (event) => {
    if (event.target.matches("button")) moveStop(groupOf(region, event.target), event.target);
  });
  region.addEventListener("keydown", (event) => {
    if (!MOVES.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    const buttons = [...region.querySelectorAll("button")];
    if (!event.target.matches("button")) return;
    event.preventDefault();
    const to = nearest(buttons, event.target, event.key);
    if (to) { to.focus(); to.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });
}
