"""A table with instruments and nothing between them: lab time passes, no sample computes."""

from instruments.bench import Bench


class BareBench(Bench):
    """Only what `Bench` does by itself."""

    def __init__(self, *instruments):
        super().__init__({i.name: i for i in instruments}, (), seed=1, noise=False)

    def _open_room(self):
        return 1.0

    def _compute(self, grid):
        pass

    def _erase_and_settle(self):
        pass
