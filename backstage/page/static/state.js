// What the page can go back to: its address, which can be linked to, and what can be undone.

const views = {};          // {name: function that shows what an address says}
let hasMoved = false;      // whether somebody has begun to use the page
const done = [];           // [{undo, redo}, …]
let count = 0;             // of them that are not undone

/** Registers a view by the id of its section, once its content is there: show(place, changes) is
    called now and whenever the address names it. Of "#one-step/17?W_Aα=0.5", place is "17" and
    changes is {"W_Aα": "0.5"}; of "#one-step", "" and {}. */
export function register(view, show) {
  views[view] = show;
  const address = read();
  if (address.view === view) show(address.place, address.changes);
  if (location.hash && !hasMoved) land(address.view);
}

function land(view) {
  document.getElementById(view)?.scrollIntoView({behavior: "instant"});
}

function read(hash = location.hash) {
  const [path, changes] = hash.slice(1).split("?");
  const [view, place = ""] = path.split("/");
  return {view: view || "one-step", place,
    changes: Object.fromEntries(new URLSearchParams(changes))};
}

/** Writes the address of a view: {W_Aα: 0.5} as changes. Back returns to the address before it,
    unless `isNew` is false; with null, only the link to the view leads there. */
export function write(view, place, changes, isNew = true) {
  const words = Object.entries(changes).map(([name, value]) =>
    `${name}=${encodeURIComponent(value)}`).join("&");
  const address = `#${view}${place && `/${place}`}${words && `?${words}`}`;
  document.querySelector(`nav [href^="#${view}"]`).setAttribute("href", address);
  if (isNew === null || new URL(address, location).hash === location.hash) return;
  try {
    history[isNew || read().view !== view ? "pushState" : "replaceState"](null, "", address);
  } catch {
    // A browser may refuse too many in a short time; the next one says it all.
  }
}

addEventListener("hashchange", event => {
  const {view, place, changes} = read();
  views[view]?.(place, changes);
  if (view !== read(new URL(event.oldURL).hash).view) land(view);
});
for (const kind of ["wheel", "pointerdown", "keydown"]) {
  addEventListener(kind, () => { hasMoved = true; }, {once: true, passive: true});
}

/** Remembers a change, so that Ctrl+Z calls undo() and Ctrl+Y then redo(). */
export function record(undo, redo) {
  done.splice(count, Infinity, {undo, redo});
  count += 1;
}

addEventListener("keydown", event => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.matches?.("input:not([data-symbol])")) return;  // the browser's own
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  const focused = document.activeElement;
  focused.blur();  // what has been typed is a change, too
  if (key === "y" || event.shiftKey) {
    if (count < done.length) done[count].redo();
    count = Math.min(count + 1, done.length);
  } else if (count) {
    count -= 1;
    done[count].undo();
  }
  focused.focus({preventScroll: true});
});
