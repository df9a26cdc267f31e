// The paper that a digit is drawn on, with mouse, pen or finger.

const PEN = 24;  // of the canvas's 280 pixels: as thick in the frame as MNIST's pens

export class Paper {
  /** Calls begun() before a stroke, drawn() after each part of it, done() after it. */
  constructor(canvas, {begun, drawn, done}) {
    Object.assign(this, {canvas, begun, drawn, done});
    this.pen = canvas.getContext("2d", {willReadFrequently: true});
    this.strokes = [];    // lists of points [x, y]; a list once it is done is not changed
    this.isDown = false;  // the pen
    canvas.addEventListener("pointerdown", event => this.begin(event));
    canvas.addEventListener("pointermove", event => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(kind, event => { if (event.isPrimary) this.lift(); });
    }
  }

  /** How much ink there is at each pixel, a byte each. */
  ink() {
    const {width} = this.canvas;
    const pixels = this.pen.getImageData(0, 0, width, width).data;
    const ink = new Uint8Array(width * width);
    for (let pixel = 0; pixel < ink.length; pixel += 1) ink[pixel] = pixels[4 * pixel + 3];
    return ink;
  }

  /** Shows these strokes or, until the next stroke, an image. */
  set(strokes, image = null) {
    const {width} = this.canvas;
    this.pen.clearRect(0, 0, width, width);
    this.strokes = [];
    this.isDown = false;
    for (const stroke of strokes) {
      this.strokes.push([]);
      for (const [x, y] of stroke) this.line(x, y);
    }
    if (image) {
      const scale = width / Math.max(image.width, image.height);
      const size = [image.width * scale, image.height * scale];
      this.pen.imageSmoothingEnabled = image.width > 28;
      this.pen.drawImage(image, ...size.map(side => (width - side) / 2), ...size);
    }
    this.image = image;
  }

  /** Draws on to a point, from which the pen goes on. */
  line(x, y) {
    const stroke = this.strokes.at(-1);
    const [startX, startY] = stroke.at(-1) ?? [x, y];
    this.pen.lineWidth = PEN;
    this.pen.lineCap = this.pen.lineJoin = "round";
    this.pen.beginPath();
    this.pen.moveTo(startX, startY);
    this.pen.lineTo(x, y + 0.01);  // a dot, too, is a line
    this.pen.stroke();
    stroke.push([x, y]);
  }

  begin(event) {
    if (event.button !== 0 || !event.isPrimary) return;  // one finger draws
    this.canvas.setPointerCapture(event.pointerId);
    this.begun();
    if (this.image) this.set([]);
    this.strokes = [...this.strokes, []];
    this.isDown = true;
    this.move(event);
  }

  move(event) {
    if (!event.isPrimary || !this.isDown) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) this.line(...this.place(move));
    this.drawn();
  }

  lift() {
    if (!this.isDown) return;
    this.isDown = false;
    this.done();
  }

  place({clientX, clientY}) {
    const {left, top, width} = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / width;
    return [(clientX - left) * scale, (clientY - top) * scale];
  }
}
