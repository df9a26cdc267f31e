// The boxes of the first view's numbers: typed into, restored by Escape, filled with what the
// server made of them.

import {make, typed} from "./common.js";
import {setAt, valueAt} from "./examples.js";
import {record, undo} from "./state.js";

export class Boxes {
  /** places: {"W_ΩA": ["weights", 0, 0, 0], …}. get() is the state whose numbers are shown, and
      set(state) changes it. */
  constructor(places, get, set) {
    Object.assign(this, {places, get, set, inputs: {}, edit: null, printed: null, wrong: ""});
  }

  /** Makes the box of a number. */
  make(name) {
    const input = make("input", {inputmode: "decimal", autocomplete: "off", spellcheck: "false",
      "data-symbol": name, "aria-label": name.replace("_", " ")});
    input.addEventListener("focus", () => this.open(input, name));
    input.addEventListener("input", () => this.change(name, typed(input.value)));
    input.addEventListener("blur", () => {
      this.edit = null;
      this.fill();
    });
    input.addEventListener("keydown", event => {
      if (event.key === "Escape" && this.edit) undo();
      if (event.key === "Escape" || event.key === "Enter") this.open(input, name);
    });
    this.inputs[name] = input;
    return input;
  }

  /** Shows a number with all its digits, to be changed. */
  open(input, name) {
    this.edit = null;
    fit(input, inFull(valueAt(this.get().numbers, this.places[name])));
    input.select();
  }

  /** Changes a number; what was typed since the box was opened is undone at once. */
  change(name, value) {
    const before = this.get();
    const numbers = structuredClone(before.numbers);
    setAt(numbers, this.places[name], value);
    this.set({...before, numbers, costs: []});
    fit(this.inputs[name], this.inputs[name].value);
    if (!this.edit) {
      const edit = this.edit = {before};
      record(() => this.restore(edit.before), () => this.restore(edit.after));
    }
    this.edit.after = this.get();
  }

  restore(state) {
    this.set(state);
    const name = document.activeElement.dataset.symbol;
    if (this.inputs[name] === document.activeElement) this.open(this.inputs[name], name);
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
