"""Command line: parse, call one public function, print."""


def main() -> None:
    raise SystemExit(2)
