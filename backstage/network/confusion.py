"""The confusion matrix."""

from backstage.console import described
from backstage.network import checks, labels
from backstage.network.progress import Scoring


def confusion(network, data):
    """The confusion matrix: counts[label][predicted] is the number of examples with that label and
    that predicted class. Raises ValueError for a target that names no single class."""
    return confusion_and_mistakes(network, data)[0]


def confusion_and_mistakes(network, data):
    """The confusion matrix, and the indices of the misclassified examples."""
    classes = labels.classes(network)
    counts = [[0] * classes for label in range(classes)]
    wrong = []
    with Scoring(network, data) as examples:
        for index, (inputs, target) in enumerate(examples):
            label = labels.label_of(target)
            if label is None:
                raise ValueError("expected a target with exactly one number above 0.5, which "
                                 f"names a class, got {described(target)}")
            predicted = network.class_of(checks.finite(network.forward(inputs)))
            counts[label][predicted] += 1
            if predicted != label:
                wrong.append(index)
    return counts, wrong
