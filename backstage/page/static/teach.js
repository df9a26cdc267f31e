// Teach it: training steps on what is on the paper, taken on this page's own copy of the network.

import {ask, at, typed} from "./common.js";
import {lineElement} from "./lines.js";

/** Makes the controls work. view: {shown, neurons, showPrediction, readAgain, complain} of
 *  draw.js. */
export function prepare(view) {
  const {shown, neurons} = view;

  /** The result of a route that changes the network; null if something else is shown by then. */
  async function taken(route, request) {
    const {frame, network} = shown;
    try {
      const result = await ask(route, {...request, frame, network: network.name});
      if (network === shown.network) neurons.paint(result.maps);
      if (network === shown.network && frame === shown.frame) return result;
      view.readAgain();
    } catch (error) {
      view.complain(error);
    }
    return null;
  }

  at("teach-step").addEventListener("click", async () => {
    const label = at("teach-label").value;
    if (!shown.frame) return view.complain(new Error("Draw a digit first."));
    if (!label) {
      at("teach-label").focus();
      return view.complain(new Error("Say first which digit this is."));
    }
    const result = await taken("teach", {target: Number(label),
      learning_rate: typed(at("teach-rate").value)});
    if (!result) return null;
    const before = neurons.prediction;
    view.showPrediction(result);
    shown.deltas = result.deltas;
    neurons.showDeltas(result.deltas, before);
    at("taught").textContent =
      `Before the step it predicted ${result.before}; now it predicts ${result.summary}.`;
    at("others").textContent = result.others.toLocaleString("en");
    at("changes").replaceChildren(...result.lines.map(line => lineElement(line, "li")));
    at("step-lines").hidden = false;
    return null;
  });

  at("forget").addEventListener("click", async () => {
    if (at("forget").ariaDisabled === "true") return;
    if (await taken("forget", {})) view.readAgain();
    clearStep("The network is again as it was.");
    showTaught(false);
  });
}

/** Says near the answer whether this page has taught the network. */
export function showTaught(isTaught) {
  at("is-taught").hidden = !isTaught;
  at("forget").ariaDisabled = String(!isTaught);
}

/** Nothing is shown of a training step any more. */
export function clearStep(text = "") {
  at("taught").textContent = text;
  at("step-lines").hidden = true;
}
