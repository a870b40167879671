"""``python -m bench [ussd_hop|send|plan|today|register|all] [--quick] [--large]``: measure beside other libraries, in one run."""

import argparse
import importlib
import sys

PARTS = ("ussd_hop", "send", "plan", "today", "register")


def main() -> int:
    """Run the parts asked for; the exit code tells whether every target was met."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Only the ratios of one run mean anything."
    )
    parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
    parser.add_argument(
        "--quick", action="store_true", help="small and short: does it run, not how fast is it"
    )
    parser.add_argument(
        "--large", action="store_true", help="a million people where a hundred thousand is usual"
    )
    asked = parser.parse_args()
    wanted = PARTS if asked.part == "all" else (asked.part,)
    met = [
        importlib.import_module(f"bench.{part}").bench(quick=asked.quick, large=asked.large)
        for part in wanted
    ]
    return 0 if all(met) or asked.quick else 1


if __name__ == "__main__":
    sys.exit(main())
