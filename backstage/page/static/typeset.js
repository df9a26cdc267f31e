// Sets equations: "1 / (1 + e^(−in_A))" becomes a fraction with an exponent and a subscript.
// The text of what is set stays the text that came in, for copying and for screen readers:
// what typography makes superfluous, such as the _ and the /, is there but not seen.

const SYMBOL = /^(?:(Target|out|in|W\+?|b\+?|δ|back)_([A-Za-zΩλαβ0-9→.]+)|(Ω)(\d+)|Ω|λ|η)/;
const NUMBER = /^(?:\(−\d+\.\d+(?:e[+−]\d+)?\)|−?\d+\.\d+(?:e[+−]\d+)?)/;
const REST = /^\(\d+ more\)|^\[1 if [^\]]*\]/;

/** The symbols of an equation in their order; a rest, "(3 more)", is one too. */
export function symbolsOf(text) {
  const found = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const match = rest.match(REST) || rest.match(SYMBOL);
    if (match && !(/[A-Za-z]$/.test(text.slice(0, at)) && /^[A-Za-z]/.test(rest))) {
      found.push(match[0]);
      at += match[0].length;
    } else {
      at += 1;
    }
  }
  return found;
}

/** An equation as elements. `stands` are the symbols for which its numbers stand, in order. */
export function typeset(text, stands = []) {
  return part(text, [...stands]);
}

function part(text, stands) {
  const set = document.createDocumentFragment();
  const slash = atTop(text, " / (");
  if (slash >= 0) {
    const end = closing(text, slash + 3);
    const fraction = span("fraction",
      span("numerator", part(text.slice(0, slash), stands)), unseen(" / ("),
      span("denominator", part(text.slice(slash + 4, end), stands)), unseen(")"));
    set.append(fraction, part(text.slice(end + 1), stands));
    return set;
  }
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    if (rest.startsWith("e^(")) {
      const end = closing(text, at + 2);
      const power = document.createElement("sup");
      power.append(part(text.slice(at + 3, end), stands));
      set.append(span("letter", "e"), unseen("^("), power, unseen(")"));
      at = end + 1;
      continue;
    }
    const number = rest.match(NUMBER);
    const other = rest.match(REST);
    const found = !number && !other && rest.match(SYMBOL);
    if (number) {
      set.append(place(stands.shift(), "number", number[0]));
      at += number[0].length;
    } else if (other) {
      const inner = other[0].startsWith("[") ? part(other[0].slice(1, -1), stands) : null;
      set.append(place(other[0], "rest", ...(inner ? ["[", inner, "]"] : [other[0]])));
      at += other[0].length;
    } else if (found) {
      set.append(symbol(found));
      at += found[0].length;
    } else {
      const word = rest.match(/^[a-z]+\b/i);
      const plain = word ? word[0] : rest[0];
      set.append(plain);
      at += plain.length;
      if (plain === "·") set.append(document.createElement("wbr"));
    }
  }
  return set;
}

/** A symbol with its subscript, and + as a superscript. */
function symbol([whole, name, subscript, input, number]) {
  const set = place(whole, "symbol");
  if (input) {
    set.append(span("letter", input), sub(number));
  } else if (!name) {
    set.append(span("letter", whole));
  } else if (name.endsWith("+")) {
    const raised = document.createElement("sup");
    raised.append("+");
    const lowered = sub(subscript);
    set.append(span("letter", name[0]), span("scripts", raised, unseen("_"), lowered));
  } else {
    set.append(span(name.length > 1 ? "word" : "letter", name), unseen("_"), sub(subscript));
  }
  return set;
}

function place(symbol, kind, ...content) {
  const element = span(kind, ...content);
  if (symbol) element.dataset.symbol = symbol;
  return element;
}

function sub(text) {
  const element = document.createElement("sub");
  element.append(text);
  return element;
}

function span(kind, ...content) {
  const element = document.createElement("span");
  element.className = kind;
  element.append(...content);
  return element;
}

function unseen(text) {
  return span("unseen", text);
}

function atTop(text, wanted) {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (depth === 0 && text.startsWith(wanted, at)) return at;
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
  }
  return -1;
}

function closing(text, opening) {
  let depth = 0;
  for (let at = opening; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
