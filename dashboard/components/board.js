// The schedule by site, suite and day, with the tray of cases to place.

const memories = new WeakMap();

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
  if (list.cases.length) {
    const items = list.cases.map((booked) => make("li", "", chip(booked)));
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
      const here = suite.lists.filter((id) => lists[id].date === day.date);
      const cell = make("td", here.length ? "" : "empty", ...here.map((id) => listCard(lists[id], density)));
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
  const items = data.tray.cases.map((waiting) => make("li", "", chip(waiting)));
  const heading = make("h2", "", data.tray.title);
  return [
    make("div", "tray-head", heading, make("small", "", data.tray.says)),
    items.length ? make("ol", "cases", ...items) : make("p", "nothing", data.tray.nothing),
  ];
}

// What decides where the cards are; while it stays the same only the cards that changed are drawn again.
function frame(data) {
  return JSON.stringify([data.density, data.days, data.sites, Object.keys(data.lists), data.nothing]);
}

function drawAll(memory, data) {
  memory.tray.replaceChildren(...tray(data));
  if (data.sites.length) memory.sheet.replaceChildren(sheet(data));
  else memory.sheet.replaceChildren(make("p", "nothing", data.nothing));
}

function drawChanges(memory, data) {
  if (JSON.stringify(memory.data.tray) !== JSON.stringify(data.tray)) memory.tray.replaceChildren(...tray(data));
  for (const [id, list] of Object.entries(data.lists)) {
    if (JSON.stringify(memory.data.lists[id]) === JSON.stringify(list)) continue;
    const old = memory.sheet.querySelector(`[data-card="${CSS.escape(id)}"]`);
    if (old) old.replaceWith(listCard(list, data.density));
  }
}

function scrollToToday(memory) {
  const today = memory.sheet.querySelector("th.today");
  const corner = memory.sheet.querySelector("th.corner");
  if (today && corner) memory.sheet.scrollLeft = today.getBoundingClientRect().left - corner.getBoundingClientRect().right;
}

function begin(root) {
  const memory = { tray: root.querySelector(".tray"), sheet: root.querySelector(".sheet"), data: null, send: null };
  for (const region of [memory.tray, memory.sheet]) roving(region);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { case: ref, list } = button.dataset;
    memory.send(ref ? { kind: "case", id: ref } : { kind: "list", id: list });
  });
  memories.set(root, memory);
  return memory;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".board");
  const memory = memories.get(root) ?? begin(root);
  memory.send = (wanted) => setTriggerValue("open", wanted);
  const first = memory.data === null;
  if (first || frame(memory.data) !== frame(data)) drawAll(memory, data);
  else drawChanges(memory, data);
  memory.data = data;
  for (const region of [memory.tray, memory.sheet]) oneStop(region);
  if (first) scrollToToday(memory);
}
