// What the page can go back to: its address, which can be linked to, and what can be undone.

const MOST_CHANGES = 300;  // that can be undone
const views = {};          // {name: function that shows what an address says}
const done = [];
let undone = [];

/** Registers a view by the id of its section: show(place, changes) is called now and whenever
    the address names it. Of "#one-step/17?W_Aα=0.5", place is "17" and changes is
    {"W_Aα": "0.5"}; of "#one-step", "" and {}. */
export function register(view, show) {
  views[view] = show;
  const address = read();
  if (address.view === view || view === "one-step" && !address.view) {
    show(address.place, address.changes);
  }
  if (address.view === view) document.getElementById(view).scrollIntoView();
}

function read() {
  const [path, changes = ""] = decoded(location.hash.slice(1)).split("?");
  const [view, place = ""] = path.split("/");
  return {view, place, changes: Object.fromEntries(
    changes.split("&").filter(Boolean).map(change => change.split("=")))};
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Writes the address of a view: {W_Aα: 0.5} as changes. Back returns to the address before it,
    unless `isNew` is false. The link to the view leads there too. */
export function write(view, place, changes, isNew = true) {
  const words = Object.entries(changes).map(([name, value]) => `${name}=${value}`).join("&");
  const address = `#${view}${place && `/${place}`}${words && `?${words}`}`;
  document.querySelector(`nav [href^="#${view}"]`)?.setAttribute("href", address);
  if (decoded(location.hash) === address) return;
  try {
    history[isNew ? "pushState" : "replaceState"](null, "", address);
  } catch {
    // A browser may refuse too many in a short time; the next one says it all.
  }
}

addEventListener("hashchange", event => {
  const {view, place, changes} = read();
  (views[view] ?? views["one-step"])?.(place, changes);
  if (view.length && event.isTrusted) document.getElementById(view)?.scrollIntoView();
});

/** Remembers a change, so that Ctrl+Z calls undo() and Ctrl+Y then redo(). */
export function record(undo, redo) {
  done.push({undo, redo});
  if (done.length > MOST_CHANGES) done.shift();
  undone = [];
}

addEventListener("keydown", event => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.matches?.("input:not([data-symbol]), textarea")) return;  // the browser's own
  const key = event.key.toLowerCase();
  const isRedo = key === "y" || key === "z" && event.shiftKey;
  if (!isRedo && key !== "z") return;
  event.preventDefault();
  const change = (isRedo ? undone : done).pop();
  if (!change) return;
  (isRedo ? done : undone).push(change);
  (isRedo ? change.redo : change.undo)();
});
