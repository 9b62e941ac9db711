"""placeholder"""


class Subscriptions:
    def __init__(self, *args: object, **kwargs: object) -> None: ...
