// A table whose rows can be ticked, one by one or a group at a time, and acted on.

const memories = new WeakMap();

function cellOf(cell, row) {
  const td = make("td", cell.look ?? "");
  if (cell.category !== null) td.append(mark(cell.category), " ");
  if (cell.opens) {
    const opener = make("button", "opener", cell.text);
    opener.type = "button";
    opener.dataset.act = "open";
    opener.dataset.row = row.id;
    td.append(opener);
  } else {
    td.append(cell.text);
  }
  return td;
}

function box(label, checked, part, ids) {
  const input = make("input", "");
  input.type = "checkbox";
  input.checked = checked;
  input.indeterminate = part;
  input.dataset.rows = JSON.stringify(ids);
  input.setAttribute("aria-label", label);
  return make("label", "box", input);
}

function actsOf(row) {
  const buttons = row.acts.map((act) => {
    const button = make("button", "", act.label);
    button.type = "button";
    button.dataset.act = act.id;
    button.dataset.row = row.id;
    button.setAttribute("aria-label", `${act.label} ${row.id}`);
    return button;
  });
  return make("td", "acts", ...buttons);
}

function rowOf(row, ticked, data) {
  const tr = make("tr", ticked.has(row.id) ? "ticked" : "");
  if (data.ticks) tr.append(make("td", "tick", row.tick ? box(row.tick, ticked.has(row.id), false, [row.id]) : ""));
  tr.append(...row.cells.map((cell) => cellOf(cell, row)));
  if (data.acts) tr.append(actsOf(row));
  return tr;
}

function groupOf(group, ticked, data, columns) {
  const body = make("tbody", "");
  if (group.title) {
    const ids = group.rows.filter((row) => row.tick).map((row) => row.id);
    const chosen = ids.filter((id) => ticked.has(id)).length;
    const title = make("span", "group", make("span", "", group.title), make("small", "", group.note));
    const cells = [];
    if (data.ticks) {
      const all = chosen > 0 && chosen === ids.length;
      cells.push(make("th", "tick", ids.length ? box(group.tick, all, chosen > 0 && !all, ids) : ""));
    }
    const head = make("th", "", title);
    head.scope = "rowgroup";
    head.colSpan = columns - cells.length;
    body.append(make("tr", "", ...cells, head));
  }
  body.append(...group.rows.map((row) => rowOf(row, ticked, data)));
  return body;
}

function draw(root, data) {
  const ticked = new Set(data.ticked);
  const heads = data.heads.map((head) => { const th = make("th", "", head); th.scope = "col"; return th; });
  if (data.ticks) heads.unshift(make("td", "tick", hidden("Taken")));
  if (data.acts) heads.push(make("td", "", hidden("What can be done")));
  const table = make("table", "");
  table.append(make("caption", "", data.caption), make("thead", "", make("tr", "", ...heads)));
  table.append(...data.groups.map((group) => groupOf(group, ticked, data, heads.length)));
  root.replaceChildren(table);
}

function begin(root) {
  const memory = { drawn: null, data: null };
  root.addEventListener("change", (event) => {
    const rows = JSON.parse(event.target.dataset.rows);
    const ticked = new Set(memory.data.ticked);
    for (const id of rows) event.target.checked ? ticked.add(id) : ticked.delete(id);
    memory.tick([...ticked].sort());
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) memory.act({ act: button.dataset.act, row: button.dataset.row });
  });
  memories.set(root, memory);
  return memory;
}

function focused(root) {
  const at = root.getRootNode().activeElement;
  return at && at.dataset ? [at.dataset.rows, at.dataset.act, at.dataset.row] : [];
}

function focusAgain(root, [rows, act, row]) {
  const same = [...root.querySelectorAll("input, button")].find(
    (each) => (rows && each.dataset.rows === rows) || (act && each.dataset.act === act && each.dataset.row === row));
  if (same) same.focus();
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".sheet");
  const memory = memories.get(root) ?? begin(root);
  memory.tick = (rows) => setStateValue("ticked", rows);
  memory.act = (wanted) => setTriggerValue("acted", wanted);
  memory.data = data;
  const drawn = JSON.stringify(data);
  if (memory.drawn !== drawn) {
    const at = focused(root);
    draw(root, data);
    focusAgain(root, at);
  }
  memory.drawn = drawn;
}
