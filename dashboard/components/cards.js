// Cards in groups, one under the other: meetings, the cases of an agenda, tasks. The one that is open is marked.

const memories = new WeakMap();

function bar(filled) {
  const inner = make("i", "");
  inner.style.width = `${Math.min(filled.percent, 100)}%`;
  return make("span", filled.over ? "bar over" : "bar", inner);
}

function card(item) {
  const button = make("button", `card card-${item.category ?? 0}`);
  button.type = "button";
  button.dataset.id = item.id;
  button.dataset.kind = item.kind;
  if (item.current) button.setAttribute("aria-current", "true");
  button.append(
    make("span", "line",
      item.category === null ? "" : mark(item.category || null), " ",
      item.code ? make("b", "", item.code) : "", " ",
      make("span", "title", item.title), " ",
      item.aside ? make("span", `aside ${item.aside_look}`, item.aside) : ""), " ",
    ...item.lines.flatMap((line) => [make("span", `said ${line.look}`, line.text), " "]),
    item.bar ? bar(item.bar) : "",
  );
  return button;
}

function group(data) {
  const box = make("section", "");
  if (data.heading) {
    box.append(make("h2", data.look, make("span", "", data.heading), make("span", "count", `${data.cards.length}`)));
    box.setAttribute("aria-label", data.heading);
  }
  box.append(make("ol", "", ...data.cards.map((item) => make("li", "", card(item)))));
  return box;
}

function begin(root) {
  const memory = { data: null, send: null };
  roving(root);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) memory.send({ kind: button.dataset.kind, id: button.dataset.id });
  });
  memories.set(root, memory);
  return memory;
}

function draw(root, data) {
  const shadow = root.getRootNode();
  const held = shadow.activeElement?.dataset?.id;
  const top = root.scrollTop;
  root.setAttribute("aria-label", data.label);
  root.classList.toggle("high", data.scrolls);
  root.replaceChildren(...(data.groups.length ? data.groups.map(group) : [make("p", "nothing", data.nothing)]));
  root.scrollTop = top;
  oneStop(root);
  if (held) [...root.querySelectorAll("button")].find((button) => button.dataset.id === held)?.focus();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cards");
  const memory = memories.get(root) ?? begin(root);
  memory.send = (wanted) => setTriggerValue("open", wanted);
  const drawn = JSON.stringify(data);
  if (memory.data !== drawn) draw(root, data);
  memory.data = drawn;
}
