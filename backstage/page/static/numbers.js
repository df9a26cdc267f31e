// The numbers that the first view steps through: two examples, how an address tells what was
// changed in them, and the boxes that they are typed into.

import {ask, make, typed} from "./common.js";
import {record} from "./state.js";

export class Examples {
  /** `beginning` is what the server sent of the view, and `places` are {"W_ΩA": a place, …}. */
  constructor(beginning, places) {
    Object.assign(this, {beginning, places, points: beginning.points});
  }

  /** The state that an example begins with: XOR at a point, with a seed for its weights or
      null for those of the page; or, if point is null, the example of the page. */
  async begin(point = null, seed = null) {
    const {numbers, xor, seed: first} = this.beginning;
    const start = point === null ? numbers : seed === first ? xor : await ask("xor", {seed});
    const state = {start, numbers: start, point, seed, costs: []};
    return point === null ? state : this.atPoint(state, point);
  }

  atPoint(state, point) {
    const [inputs, target] = this.points[point];
    return {...state, point, start: {...state.start, inputs, target},
      numbers: {...state.numbers, inputs, target}};
  }

  /** What an address says of a state: {example: "xor", seed: 1, point: 2, W_Aα: 0.5}. */
  changes({start, numbers, point, seed}) {
    const changes = point === null ? {} : {example: "xor", seed: seed ?? "", point};
    for (const [name, place] of Object.entries(this.places)) {
      if (valueAt(numbers, place) !== valueAt(start, place)) {
        changes[name] = valueAt(numbers, place);
      }
    }
    return changes;
  }

  /** The state that an address tells, {W_Aα: "0.5"}. */
  async from({example, seed, point, ...numbers}) {
    const {points, beginning} = this;
    const isXor = example === "xor";
    const state = await this.begin(isXor ? Number(point) % points.length || 0 : null,
      isXor ? seedOf(seed ?? beginning.seed) : null);
    state.numbers = structuredClone(state.numbers);
    for (const [name, text] of Object.entries(numbers)) {
      if (this.places[name]) setAt(state.numbers, this.places[name], typed(text));
    }
    return state;
  }
}

/** A seed as it was typed; null for none. */
export function seedOf(text) {
  return String(text).trim() ? typed(String(text)) : null;
}

function valueAt(numbers, place) {
  return place.reduce((found, index) => found[index], numbers);
}

function setAt(numbers, place, value) {
  valueAt(numbers, place.slice(0, -1))[place.at(-1)] = value;
}

/** The boxes: Escape restores one; they are filled with what the server made of them. */
export class Boxes {
  /** places: {"W_ΩA": ["weights", 0, 0, 0], …}. get() is the state whose numbers are shown, and
      set(state) changes it. */
  constructor(places, get, set) {
    Object.assign(this, {places, get, set, inputs: {}, before: null, printed: null, wrong: ""});
  }

  /** Makes the box of a number. */
  make(name) {
    const input = make("input", {inputmode: "decimal", autocomplete: "off", spellcheck: "false",
      "data-symbol": name, "aria-label": name.replace("_", " ")});
    const open = () => {  // with all its digits
      this.before = this.get();
      fit(input, inFull(valueAt(this.before.numbers, this.places[name])));
      input.select();
    };
    input.addEventListener("focus", open);
    input.addEventListener("input", () => {
      const numbers = structuredClone(this.get().numbers);
      setAt(numbers, this.places[name], typed(input.value));
      this.set({...this.get(), numbers, costs: []});
      fit(input, input.value);
    });
    input.addEventListener("change", () => {  // what was typed since then is undone at once
      const {before, set} = this;
      const after = this.before = this.get();
      if (after !== before) record(() => set(before), () => set(after));
    });
    input.addEventListener("blur", () => this.fill());
    input.addEventListener("keydown", event => {
      if (event.key !== "Escape") return;
      this.set(this.before);
      open();
    });
    this.inputs[name] = input;
    return input;
  }

  /** Shows the numbers as the server prints them, printed = {values: {"W_ΩA": "0.1000", …},
      numbers}; one that it has not accepted is shown as it was typed, and marked if it is the
      `wrong` one. */
  fill(printed = this.printed, wrong = this.wrong) {
    Object.assign(this, {printed, wrong});
    for (const [name, input] of Object.entries(this.inputs)) {
      const number = valueAt(this.get().numbers, this.places[name]);
      input.setAttribute("aria-invalid", String(name === wrong));
      if (input === document.activeElement) continue;
      const isPrinted = printed && number === valueAt(printed.numbers, this.places[name]);
      fit(input, isPrinted ? printed.values[name] : inFull(number));
    }
  }
}

function fit(input, text) {
  if (input.value !== text) input.value = text;
  input.style.setProperty("--characters", Math.max(6, text.length));
}

function inFull(number) {
  return String(number).replaceAll("-", "−");
}
