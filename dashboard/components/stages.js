// The cases in pathway order, one column for each stage.

const memories = new WeakMap();

function card(item) {
  const button = make("button", `card card-${item.category ?? 0}`);
  button.type = "button";
  button.dataset.case = item.ref;
  button.append(
    make("span", "line", mark(item.category), " ", make("b", "", item.ref), " ", make("span", "gap"),
      make("span", item.over ? "days over" : "days", item.days_says)), " ",
    make("span", "what", item.what), " ",
    item.note ? make("span", "note", item.note, " ") : "",
    item.missing ? make("span", "lacks", item.missing) : "",
  );
  return button;
}

function column(stage) {
  const heading = make("h2", "", make("span", "", stage.name), make("span", "count", `${stage.cards.length}`, hidden(" cases")));
  const box = make("section", stage.cards.length ? "column" : "column empty", make("div", "top", heading, make("small", "", stage.says),
    stage.over_says ? make("small", "over", stage.over_says) : ""));
  box.setAttribute("aria-label", stage.name);
  box.dataset.group = "";
  const items = stage.cards.map((item) => make("li", "", card(item)));
  box.append(items.length ? make("ol", "", ...items) : make("p", "nothing", stage.nothing));
  return box;
}

function begin(root) {
  const memory = { data: null, send: null };
  roving(root);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) memory.send({ kind: "case", id: button.dataset.case });
  });
  memories.set(root, memory);
  return memory;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".stages");
  const memory = memories.get(root) ?? begin(root);
  memory.send = (wanted) => setTriggerValue("open", wanted);
  const drawn = JSON.stringify(data);
  if (memory.data !== drawn) root.replaceChildren(...data.columns.map(column));
  memory.data = drawn;
  root.querySelectorAll("section").forEach(oneStop);
}
