"""Makes wrong programs from AWS's schemas and asks who notices.

    python tests/corpus --infrac target/release/infrac             300 cases, another seed each time
    python tests/corpus --seed 7 --count 2000 --no-cfn-lint        these, and infrac alone
    python tests/corpus --keep DIR                                 leaves sources and templates there

Each case is a valid system and the same with one mistake, both written twice: as `.infra` and as a template. The code
and the line of the mistake are stated before anybody is asked. Cases whose valid template cfn-lint refuses are not
counted: they are mistakes of the generator. It needs the package cfn-lint, whose schemas it reads.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import judges
from cases import generate


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--infrac", type=Path, default=Path("target/release/infrac"))
    parser.add_argument("--no-cfn-lint", action="store_true", help="ask infrac alone, and count every case")
    parser.add_argument("--keep", type=Path, help="the folder for sources and templates")
    parser.add_argument("--show", type=int, default=40, help="how many misses and false alarms to show")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    cases = list(generate(arguments.seed, arguments.count))
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not arguments.no_cfn_lint:
            lint = judges.ask_cfn_lint(cases, folder)
            dropped = [case for case in cases if lint.valid[case.number]]
            cases = [case for case in cases if not lint.valid[case.number]]
            print(f"{len(dropped)} cases dropped: cfn-lint refuses their valid templates")
            print(judges.table("cfn-lint", judges.of_cfn_lint(cases, lint)))
        answers = judges.ask_infrac(arguments.infrac.resolve(), cases, folder)
    rows = judges.of_infrac(cases, answers)
    print(judges.table("infrac", rows))
    for case in [case for case in cases if answers.valid[case.number]][: arguments.show]:
        for said in answers.valid[case.number]:
            print(f"false alarm {case.name} {case.type}: {said.line} {said.code}: {said.message[:150]}")
    for case, said in judges.misses(cases, answers)[: arguments.show]:
        print(f"miss {case.name} {case.fault}: {case.type} line {case.line} {case.code} {'/'.join(map(str, case.path[3:]))}")
        for one in said[:3]:
            print(f"     said {one.line} {one.code}: {one.message[:150]}")
    total = rows["all"]
    return 0 if total.right >= 0.99 * total.cases and not total.false_alarms else 1


if __name__ == "__main__":
    sys.exit(main())
