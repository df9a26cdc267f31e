"""A feedforward neural network trained by backpropagation, in loops over neurons.

Read it beside equations (1) to (8) in the README: weights are nested lists, every sum
in an equation is a loop, and no matrices are used. In order: the parameters, the
forward pass, the cost, the backward pass, projecting a target back onto the inputs,
training and evaluation. Variants, validation, printing, drawing, saving: backstage/.
"""

import random
from math import exp, sqrt

from backstage.network import activations, checks, confusion, notation, parameters
from backstage.network import printed_step, saving
from backstage.network.labels import is_right
from backstage.network.progress import Scoring, Training
from backstage.pictures import gallery


class Net:
    """A fully connected network: each neuron is connected to the whole previous layer.

    sizes    the number of neurons in each layer, inputs first: [2, 3, 2] in the README,
             [784, 30, 10] for images of 28×28 pixels and ten digits
    hidden   the activation function of the hidden neurons: "sigmoid", "relu" or "tanh"
    output   the activation function of the output neurons: "sigmoid" or "softmax"
    cost     E, the cost or loss that training minimizes: "squared_error", the default
             with a sigmoid output, or "cross_entropy", the only choice with softmax
    biases   False to fix all biases at 0
    seed     an integer that makes the initial weights and the shuffling reproducible

    weights[layer][neuron][source] is the weight on the connection to a neuron from a
    source, a neuron in the previous layer; biases[layer][neuron] is the neuron's bias.
    No connections lead into the inputs: weights[0] belongs to the layer after them.
    """

    def __init__(self, sizes, hidden="sigmoid", output="sigmoid", cost=None,
                 biases=True, seed=None):
        if cost is None:
            cost = "cross_entropy" if output == "softmax" else "squared_error"
        self.sizes = checks.sizes(sizes)
        checks.family(self.sizes, hidden, output, cost, biases)
        self.hidden, self.output, self.cost = hidden, output, cost
        self.has_biases = biases
        self._random = random.Random(checks.seed(seed))
        self.weights, self.biases = [], []
        for layer in range(len(self.sizes) - 1):
            fan_in = self.sizes[layer]
            # Weights start at random, since neurons that start equal stay equal. Their
            # standard deviation keeps in_A, a sum of fan_in terms, where (2) is steep.
            deviation = 1.0 / sqrt(fan_in)
            if self.activation_of(layer) == "relu":  # about half of its outputs are 0
                deviation = sqrt(2.0 / fan_in)
            self.weights.append([])
            for neuron in range(self.sizes[layer + 1]):
                self.weights[layer].append(
                    [self._random.gauss(0.0, deviation) for source in range(fan_in)])
            self.biases.append([0.0] * self.sizes[layer + 1])

    def activation_of(self, layer):
        """The name of a layer's activation function."""
        output_layer = len(self.sizes) - 2  # the last one in weights
        return self.output if layer == output_layer else self.hidden

    # --------------------------------------------------------------------- forward pass

    def forward(self, inputs):
        """Every neuron's output (activation) for the given inputs.

        inputs   sizes[0] finite numbers; anything else raises ValueError
        Returns outs, one list per layer: outs[0] is the inputs, outs[-1] the network's
        outputs, and outs[layer + 1] those of the neurons that weights[layer] lead to.
        """
        parameters.check_shapes(self)  # weights and biases may have been assigned
        outs = [checks.numbers(inputs, self.sizes[0], "inputs")]
        for layer in range(len(self.weights)):
            layer_ins = self.weighted_inputs(layer, outs[layer])
            outs.append(self.activate(layer, layer_ins))
        return outs

    def weighted_inputs(self, layer, previous_outs):
        """Equation (1): the weighted inputs (pre-activations) of a layer's neurons."""
        sources = nonzero(previous_outs)  # the others add nothing to the sum
        layer_ins = []
        for neuron in range(len(self.weights[layer])):
            incoming = self.weights[layer][neuron]  # the weights into this neuron
            # (1)  in_A = W_ΩA·Ω + W_λA·λ + b_A
            total = 0.0
            for source in sources:
                total += incoming[source] * previous_outs[source]
            layer_ins.append(total + self.biases[layer][neuron])
        return layer_ins

    def activate(self, layer, layer_ins):
        """Equation (2): the outputs (activations) of a layer's neurons."""
        if self.activation_of(layer) != "sigmoid":  # a variant of (2)
            return activations.activate(self.activation_of(layer), layer_ins)
        layer_outs = []
        for in_ in layer_ins:  # in_, because "in" is a Python keyword
            # (2)  out_A = 1 / (1 + e^(−in_A))
            if in_ < -709.0:
                layer_outs.append(0.0)  # e^(−in_A) would overflow
            else:
                layer_outs.append(1.0 / (1.0 + exp(-in_)))
        return layer_outs

    def class_of(self, outs):
        """The predicted class, given what forward returned: the index of the largest
        output or, with a single output neuron, 1 if its output exceeds 0.5, else 0."""
        if len(outs[-1]) == 1:
            return 1 if outs[-1][0] > 0.5 else 0
        return outs[-1].index(max(outs[-1]))

    def loss(self, outs, target):
        """E, the cost or loss of one example.

        outs     what forward returned
        target   the desired outputs: numbers from 0 to 1, or a class label
        Raises ValueError for outs or a target that don't fit the network.
        """
        outs, target = checks.example(outs, target, self)
        if self.cost == "cross_entropy":
            return activations.cross_entropy(self.output, outs[-1], target)
        total = 0.0
        for neuron in range(len(target)):
            # E = ½·(Target_α − out_α)² + ½·(Target_β − out_β)²
            total += 0.5 * (target[neuron] - outs[-1][neuron]) ** 2
        return total

    # -------------------------------------------------------------------- backward pass

    def error_terms(self, outs, target):
        """Every neuron's error term, δ = −∂E/∂in: equations (3) and (4).

        outs, target   as for loss
        Returns deltas[layer][neuron], indexed like biases.
        """
        outs, target = checks.example(outs, target, self)
        deltas = [[] for layer in self.weights]
        for neuron in range(len(target)):
            out = outs[-1][neuron]
            if self.cost == "squared_error":
                # (3)  δ_α = out_α·(1 − out_α)·(Target_α − out_α)
                deltas[-1].append(out * (1.0 - out) * (target[neuron] - out))
            else:
                # cross-entropy, instead of (3)  δ_α = Target_α − out_α
                deltas[-1].append(target[neuron] - out)

        for layer in reversed(range(len(self.weights) - 1)):  # hidden layers
            next_weights = self.weights[layer + 1]
            next_deltas = deltas[layer + 1]
            for neuron in range(len(self.weights[layer])):
                # (4)  δ_A = out_A·(1 − out_A)·(δ_α·W_Aα + δ_β·W_Aβ)
                out = outs[layer + 1][neuron]  # + 1, since outs[0] is the inputs
                if self.hidden == "sigmoid":
                    derivative = out * (1.0 - out)
                else:
                    derivative = activations.derivative(self.hidden, out)
                total = 0.0
                for next_neuron in range(len(next_deltas)):
                    total += (next_deltas[next_neuron]
                              * next_weights[next_neuron][neuron])
                deltas[layer].append(derivative * total)
        return deltas

    def update_weights(self, outs, deltas, learning_rate):
        """Updates every weight and bias for one example: (5) in the output layer, (6)
        in hidden layers. Call error_terms first: every δ needs the old weights."""
        outs, deltas, learning_rate = checks.update(outs, deltas, learning_rate, self)
        for layer in range(len(self.weights)):
            previous_outs = outs[layer]
            sources = nonzero(previous_outs)
            for neuron in range(len(self.weights[layer])):
                incoming = self.weights[layer][neuron]
                step = learning_rate * deltas[layer][neuron]
                if step == 0.0:
                    continue  # nothing changes, e.g., for a ReLU neuron with output 0
                # output layer   (5)  W+_Aα = W_Aα + η·δ_α·out_A   b+_α = b_α + η·δ_α
                # hidden layers  (6)  W+_ΩA = W_ΩA + η·δ_A·Ω       b+_A = b_A + η·δ_A
                for source in sources:
                    incoming[source] = incoming[source] + step * previous_outs[source]
                if self.has_biases:
                    self.biases[layer][neuron] = self.biases[layer][neuron] + step

    # -------------------------------------- projecting a target back onto the inputs

    def project_back(self, target):
        """A target projected back onto the inputs: (7) and (8). imagine draws it. Not
        the inverse of the network: activation functions and biases are ignored.

        target   as for loss
        Returns a list of sizes[0] numbers: positive for an input that favors the
        target, negative for one that opposes it. Only their relative sizes matter.
        """
        parameters.check(self)
        back = checks.target(target, self)
        for layer in reversed(range(len(self.weights))):
            next_back = back
            back = []
            for source in range(self.sizes[layer]):
                # output layer   (7)  back_A = Target_α·W_Aα + Target_β·W_Aβ
                # hidden layers  (8)  back_Ω = back_A·W_ΩA + back_B·W_ΩB + back_C·W_ΩC
                total = 0.0
                for neuron in range(len(next_back)):
                    total += next_back[neuron] * self.weights[layer][neuron][source]
                back.append(total)
        return back

    # -------------------------------- the equations end here; training and evaluation

    def train(self, training_data, learning_rate, epochs=1, batch_size=10,
              test_data=None, weight_decay=0.0, watch=None, every=1000, verbose=True):
        """Trains by mini-batch stochastic gradient descent and prints its progress.
        At a prompt, Ctrl-C only ends the training; what was learned is kept.

        training_data   a sequence of (inputs, target) pairs, taken in a random order
        learning_rate   η, greater than 0
        epochs          the number of passes through the data
        batch_size      m, the number of examples per update
        test_data       held-out examples to evaluate after each epoch, or about ten
                        times in all if there are more than 50 epochs
        weight_decay    d: before each update, every W becomes (1 − η·d)·W, which keeps
                        weights small and reduces overfitting
        watch, every    watch(count) is called with the number of examples seen so far:
                        before the first batch, about once every `every` examples, and
                        after the last one; if it returns True, training ends
        verbose         False to print nothing
        Raises ValueError for invalid arguments or examples (before their batch changes
        any weight), and when training diverges or stalls.
        """
        learning_rate, epochs, batch_size, weight_decay, every = checks.training(
            learning_rate, epochs, batch_size, weight_decay, every)
        # progress provides the examples, prints, and stops training that diverges.
        with Training(self, training_data, test_data, learning_rate, epochs, watch,
                      every, verbose) as progress:
            order = list(range(len(training_data)))
            for epoch in range(epochs):
                self._random.shuffle(order)
                for first in range(0, len(order), batch_size):
                    batch = progress.examples(order[first:first + batch_size])
                    passes = self.train_batch(batch, learning_rate, weight_decay)
                    for outs, deltas in passes:
                        progress.example_done(outs, deltas)
                held_out = None
                if test_data is not None and progress.reports(epoch):
                    held_out = self.evaluate(test_data) / len(test_data)
                progress.epoch_done(held_out)

    def train_batch(self, batch, learning_rate, weight_decay=0.0):
        """Updates the weights once for a batch of m examples: W changes by the sum of
        (η/m)·δ·out over the batch; with m = 1, exactly (5) and (6).

        batch   (inputs, target) pairs; inputs are not copied, so don't change them
        Returns [(outs, deltas), …], one pair per example, computed before the update.
        """
        learning_rate, weight_decay = checks.rates(learning_rate, weight_decay)
        passes = []
        for inputs, target in batch:
            outs = self.forward(inputs)
            deltas = self.error_terms(outs, target)
            passes.append((outs, deltas))
        checks.some(passes, "batch")
        # Only now do weights change: every δ comes from the weights that forward used.
        self.decay_weights(learning_rate, weight_decay)
        for outs, deltas in passes:
            self.update_weights(outs, deltas, learning_rate / len(passes))
        return passes

    def decay_weights(self, learning_rate, weight_decay):
        """Weight decay: every weight, but no bias, becomes (1 − η·d)·W."""
        scale = 1.0 - learning_rate * weight_decay
        if scale == 1.0:
            return  # usually, d is 0
        for layer in range(len(self.weights)):
            for incoming in self.weights[layer]:
                for source in range(len(incoming)):
                    incoming[source] = scale * incoming[source]

    def predict(self, inputs):
        """The predicted class for these inputs: see class_of."""
        return self.class_of(checks.finite(self.forward(inputs)))

    def mistakes(self, data):
        """The indices of misclassified examples. One is correct if the class predicted
        is its label, or the index of the only number above 0.5 in its target; if there
        are several or none, if exactly the corresponding outputs are above 0.5."""
        wrong = []
        with Scoring(self, data) as examples:
            for index, (inputs, target) in enumerate(examples):
                if not is_right(self, checks.finite(self.forward(inputs)), target):
                    wrong.append(index)
        return wrong

    def evaluate(self, data):
        """The number of correctly classified examples; mistakes lists the others."""
        wrong = self.mistakes(data)
        return len(data) - len(wrong)

    def test(self, data):
        """Prints the accuracy, as a percentage and as a count."""
        print(notation.score(self.evaluate(data), len(data)))

    def mean_loss(self, data):
        """The mean of E over the examples."""
        total = 0.0
        with Scoring(self, data) as examples:
            for inputs, target in examples:
                total += self.loss(checks.finite(self.forward(inputs)), target)
        return total / len(data)

    # ----------------------- methods from backstage, where self is called network

    __repr__ = notation.constructor            # Net([784, 30, 10])
    confusion = confusion.confusion            # counts[label][predicted]
    explain = printed_step.explain             # prints one training step
    imagine = gallery.imagine                  # draws what a digit looks like to self
    looks_for = gallery.looks_for              # draws the weights of hidden neurons
    show = gallery.show                        # draws examples and prints predictions
    save = saving.save                         # writes the network to a file
    load = saving.load                         # replaces this network with a saved one
    from_file = classmethod(saving.from_file)  # Net.from_file(path): a saved network


def nonzero(layer_outs):
    """The indices of the neurons in a layer whose output is not 0. The others add 0 to
    (1) and change no weight in (5) and (6); skipping them gives the same numbers about
    three times faster, since four in five pixels of a digit are 0."""
    return [source for source, out in enumerate(layer_outs) if out != 0.0]


Film = gallery.Film  # records the heat maps of imagine while a network trains
