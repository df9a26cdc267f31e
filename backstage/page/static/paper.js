// The paper that a digit is drawn on: with mouse, pen or finger, or with the keyboard alone.

import {base64, make} from "./common.js";

const SENT_SIDE = 140;  // pixels of a drawing's side, as it is sent
const PEN = 24;         // of the canvas's 280 pixels: as thick in the frame as MNIST's pens
const KEY_STEP = 10;    // pixels that an arrow key moves the pen
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export class Paper {
  /** `drawn()` is called after each stroke, `cleared()` when the paper is to be cleared. */
  constructor(canvas, hint, drawn, cleared) {
    Object.assign(this, {canvas, hint, drawn, cleared});
    this.pen = canvas.getContext("2d", {willReadFrequently: true});
    this.small = make("canvas", {width: SENT_SIDE, height: SENT_SIDE});
    this.smallPen = this.small.getContext("2d", {willReadFrequently: true});
    this.blank = true;
    this.shown = false;  // a picture is shown, which the next stroke replaces
    this.last = null;    // where the pen was, while it is down
    this.keyPen = {x: 140, y: 60, down: false};
    this.pointer = make("div", {class: "pointer", hidden: ""});
    canvas.after(this.pointer);
    canvas.addEventListener("pointerdown", event => this.penDown(event));
    canvas.addEventListener("pointermove", event => this.penMoves(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(kind, event => { if (event.isPrimary) this.last = null; });
    }
    canvas.addEventListener("keydown", event => this.key(event));
    canvas.addEventListener("blur", () => this.liftKeyPen());
  }

  /** How much ink there is at each pixel, as it is sent. */
  ink() {
    this.smallPen.clearRect(0, 0, SENT_SIDE, SENT_SIDE);
    this.smallPen.drawImage(this.canvas, 0, 0, SENT_SIDE, SENT_SIDE);
    const pixels = this.smallPen.getImageData(0, 0, SENT_SIDE, SENT_SIDE).data;
    return {ink: base64(pixels.filter((part, index) => index % 4 === 3)), side: SENT_SIDE};
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.blank = true;
    this.shown = false;
    this.last = null;
    this.hint.hidden = false;
  }

  /** Shows the 28×28 pixels of a picture, until the next stroke. */
  show(pixels) {
    this.clear();
    const picture = make("canvas", {width: 28, height: 28});
    const image = new ImageData(28, 28);
    pixels.forEach((pixel, index) => { image.data[4 * index + 3] = pixel; });
    picture.getContext("2d").putImageData(image, 0, 0);
    this.pen.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.blank = false;
    this.shown = true;
    this.hint.hidden = true;
  }

  stroke(x, y) {
    if (this.shown) this.clear();
    this.pen.lineWidth = PEN;
    this.pen.lineCap = this.pen.lineJoin = "round";
    this.pen.beginPath();
    this.pen.moveTo(this.last?.x ?? x, this.last?.y ?? y);
    this.pen.lineTo(x, y + 0.01);  // a dot, too, is a line
    this.pen.stroke();
    this.last = {x, y};
    this.blank = false;
    this.hint.hidden = true;
  }

  // ---------------------------------------------------------------- mouse, pen and finger

  penDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;  // one finger draws
    this.canvas.setPointerCapture(event.pointerId);
    this.last = null;
    this.draw(event);
  }

  penMoves(event) {
    if (!event.isPrimary || !this.last) return;
    if (this.canvas.hasPointerCapture(event.pointerId)) this.draw(event);
  }

  draw(event) {
    const {left, top, width} = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / width;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      this.stroke((move.clientX - left) * scale, (move.clientY - top) * scale);
    }
    this.drawn();
  }

  // ---------------------------------------------------------------- the keyboard

  /** The arrows move the pen, space puts it down or up, Delete clears. */
  key(event) {
    const pen = this.keyPen;
    if (event.key === "Delete" || event.key === "Backspace") {
      pen.down = false;
      this.cleared();
    } else if (event.key === " ") {
      if (!event.repeat) pen.down = !pen.down;
      this.last = null;
    } else if (MOVES[event.key]) {
      const [right, down] = MOVES[event.key];
      if (pen.down) this.last = {x: pen.x, y: pen.y};
      pen.x = Math.min(Math.max(pen.x + KEY_STEP * right, 20), 260);
      pen.y = Math.min(Math.max(pen.y + KEY_STEP * down, 20), 260);
    } else {
      return;
    }
    event.preventDefault();
    const scale = this.canvas.clientWidth / this.canvas.width;
    this.pointer.style.left = `${this.canvas.offsetLeft + pen.x * scale}px`;
    this.pointer.style.top = `${this.canvas.offsetTop + pen.y * scale}px`;
    this.pointer.classList.toggle("down", pen.down);
    this.pointer.hidden = false;
    if (pen.down) {
      this.stroke(pen.x, pen.y);
      this.drawn();
    }
  }

  liftKeyPen() {
    this.pointer.hidden = true;
    this.keyPen.down = false;
    this.last = null;
  }
}
