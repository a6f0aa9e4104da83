// Small pieces that more than one component draws.

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// What an object holds itself under a name that came from elsewhere, and nothing of its prototype's.
const own = (thing, name) => (Object.hasOwn(thing, name) ? thing[name] : undefined);

const hidden = (text) => make("span", "unseen", text);

// A digit in its own shape: filled square, filled circle, outlined square; a dash where no category is set yet.
function mark(category) {
  const digit = category ?? "—";
  return make("span", `mark mark-${category ?? 0}`, hidden(category ? "Category " : "No category "), category ? `${digit}` : "—");
}

// The words of a button are its accessible name; what is only seen as colour or shape is written out, unseen.
function chip(card) {
  const button = make("button", `chip chip-${card.category ?? 0}`);
  button.type = "button";
  button.dataset.case = card.ref;
  button.title = card.says;
  button.append(
    mark(card.category), " ",
    make("span", "ref", card.ref), " ",
    make("span", "what", card.what), " ",
    card.missing ? make("span", "missing", "!", hidden(" documents missing ")) : "",
    make("span", "gap"),
    card.due ? make("span", `due due-${card.due_level}`, card.due) : "", " ",
    card.minutes ? make("span", "minutes", `${card.minutes}`, hidden(" minutes")) : "",
  );
  return button;
}
