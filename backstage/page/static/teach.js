// Teach it: training steps on what is on the paper, taken on this page's own copy of the network.

import {at, show, typed} from "./common.js";
import {lineElement} from "./mathml.js";

/** Makes the controls work. The arguments are those of draw.js. */
export function prepare({shown, neurons, asked, showPrediction, readAgain}) {
  /** The result of a route that changes the network, or null if another one, or another frame, is
   *  shown by then. */
  async function changed(route, request) {
    const {frame, network} = shown;
    const result = await asked(route, {...request, frame}, null);
    if (!result || network !== shown.network) return null;
    neurons.paint(result.maps);
    if (frame === shown.frame) return result;
    readAgain();
    return null;
  }

  at("teach-step").addEventListener("click", async () => {
    const label = at("teach-label").value;
    if (!shown.frame || !label) {
      show("draw-message", shown.frame ? "Say first which digit this is." : "Draw a digit first.");
      at("teach-label").focus();
      return;
    }
    const result = await changed("teach", {target: Number(label),
      learning_rate: typed(at("teach-rate").value)});
    if (!result) return;
    const before = neurons.prediction;
    showPrediction(result);
    shown.deltas = result.deltas;
    neurons.showDeltas(result.deltas, before);
    at("taught").textContent =
      `Before the step it predicted ${result.before}; now it predicts ${result.summary}.`;
    at("others").textContent = result.others.toLocaleString("en");
    at("changes").replaceChildren(...result.lines.map(lineElement));
    at("step-lines").hidden = false;
  });

  at("forget").addEventListener("click", async () => {
    if (at("forget").ariaDisabled === "true" || !await changed("forget", {})) return;
    readAgain();
    clearStep("The network is again as it was.");
  });
}

/** Nothing is shown of a training step any more. */
export function clearStep(text = "") {
  at("taught").textContent = text;
  at("step-lines").hidden = true;
}
