"""What the server keeps for a few open pages: the network that each trains, and those taught."""

from collections import OrderedDict

MOST_WEIGHTS = 5_000_000  # of all pages together: about 200 MB


class Page:
    """What one open page has made: `run`, the training that it watches, an object with a
    `network`, or None; and `taught`, {name: a copy of a network that was taught}."""

    def __init__(self):
        self.run = None
        self.taught = {}

    def weights(self):
        networks = list(self.taught.values()) + ([self.run.network] if self.run else [])
        return sum(fan_in * size for network in networks
                   for fan_in, size in zip(network.sizes, network.sizes[1:]))


class Kept:
    """The pages, by the id that each of them made and sends with every request. The least
    recently used ones are dropped when all together hold too many weights."""

    def __init__(self):
        self._pages = OrderedDict()

    def begin(self, request):
        """Keeps a page from now on."""
        self._pages.setdefault(request["page"], Page())
        return self.of(request)

    def of(self, request):
        """The Page that sent a request. Raises ValueError if it is not kept any more."""
        name = request["page"]
        if name not in self._pages:
            raise ValueError("the networks trained on this page are no longer available: "
                             "reload the page to start again")
        self._pages.move_to_end(name)
        while len(self._pages) > 1 and (len(self._pages) > 1000 or MOST_WEIGHTS < sum(
                page.weights() for page in self._pages.values())):
            self._pages.popitem(last=False)
        return self._pages[name]
