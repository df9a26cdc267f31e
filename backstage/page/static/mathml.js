// Lines of explain, as the server sends them, in MathML: one <math> for each term, so that a long
// line can break. What is copied is the line as explain prints it.
//
//     line    {number: "(1)", result: symbol, terms: [[part, …], …], value: "0.7550", text}
//     part    a string, such as "·", or a symbol
//     symbol  {base: "W", sub: "ΩA", place: ["weights", 0, 0, 0], number: "0.1000"}

import {make, math} from "./common.js";

const FRACTION = "1 / (1 + e^(−";  // of the sigmoid, closed by "))"

/** A symbol's name, "W_ΩA" or, of an input, "Ω155"; it marks every place where it stands. */
export function nameOf({base, sub}) {
  return sub && base !== "Ω" ? `${base}_${sub}` : base + sub;
}

/** Every symbol of a line but its result. */
export function symbolsOf(line) {
  return line.terms.flat().filter(part => typeof part !== "string");
}

/** A whole line: number, name = symbols = numbers = value. */
export function lineElement(line) {
  return make("div", {class: "math line", "data-copy": line.text},
    make("span", {class: "equation-number"}, line.number), " ", ...inFull(line));
}

/** A line without its number. */
export function inFull(line) {
  return [symbol(line.result), " = ", sum(line), " = ", sum(line, numberOf), " = ", value(line)];
}

export function value(line) {
  return make("strong", {class: "number", "data-symbol": nameOf(line.result)}, line.value);
}

/** One symbol by itself. */
export function symbol(part) {
  return math("math", {}, symbolOf(part));
}

/** The right-hand side of a line, in symbols or, by numberOf, in numbers. */
export function sum(line, render = symbolOf) {
  const set = document.createDocumentFragment();
  line.terms.forEach((term, index) => {
    if (index) set.append(" + ", make("wbr"));
    set.append(math("math", {displaystyle: "true"}, ...row(term, render)));
  });
  return set;
}

function row(term, render) {
  if (term[0] === FRACTION) {
    return [math("mfrac", {}, math("mn", {}, "1"), math("mrow", {}, math("mn", {}, "1"),
      operator("+"), power(math("mrow", {}, operator("−"), render(term[1])))))];
  }
  const isPower = index => /e\^\($/.test(term[index]);  // whether what follows this part is one
  return term.flatMap((part, index) => {
    if (typeof part !== "string") return [isPower(index - 1) ? power(render(part)) : render(part)];
    return plain(part.slice(isPower(index - 2) ? 1 : 0).replace(/e\^\($/, ""));
  });
}

function power(exponent) {
  return math("msup", {}, letters("e"), exponent);
}

/** The parts of an equation that stand for nothing else: numbers, words, operators. */
function plain(text) {
  return (text.match(/e\^\([^)]*\)|[\d½²]+|[a-z]+|\S/gi) ?? []).map(word => {
    if (word.startsWith("e^(")) return power(math("mn", {}, word.slice(3, -1)));
    if (/[\d½²]/.test(word)) return math("mn", {}, word);
    return /[a-z]/i.test(word) ? letters(word) : operator(word);
  });
}

function operator(sign) {
  return math("mo", /[()[\]]/.test(sign) ? {stretchy: "false"} : {}, sign);
}

/** Letters in italics, of the page's own font. */
function letters(text) {
  return math("mi", {mathvariant: "normal", class: "letter"}, text);
}

function symbolOf(part) {
  const {base, sub} = part;
  const letter = base.includes(" ") ? math("mtext", {}, base) : letters(base.replace("+", ""));
  const lower = math("mtext", {}, sub);
  const set = !sub ? letter : base.endsWith("+")
    ? math("msubsup", {}, letter, lower, operator("+")) : math("msub", {}, letter, lower);
  return math("mrow", {class: "symbol", "data-symbol": nameOf(part)}, set);
}

export function numberOf(part) {
  return math("mrow", {class: "number", "data-symbol": nameOf(part)},
    math("mtext", {}, part.number));
}

document.addEventListener("copy", event => {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.matches?.("input")) return;
  const range = selection.getRangeAt(0);
  const inside = range.commonAncestorContainer;
  const line = inside.parentElement.closest("[data-copy]") ?? inside.closest?.("[data-copy]");
  const copied = range.cloneContents();
  const lines = copied.querySelectorAll("[data-copy]");
  if (!line && !lines.length || inside.nodeType === Node.TEXT_NODE) return;  // the browser's own
  for (const part of lines) part.replaceChildren(`${part.dataset.copy}\n`);
  event.clipboardData.setData("text/plain", line?.dataset.copy ?? copied.textContent);
  event.preventDefault();
});
