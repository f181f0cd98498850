"""Wrong programs from the whole of AWS's schemas: infrac notices them where and as it should, and says nothing of right ones.

The cases are others in every run; the seed is printed, and `$INFRAC_CORPUS_SEED` sets it. `tests/corpus` says how they are made.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "corpus"))

COUNT = 420


@pytest.fixture(scope="module")
def asked(infrac, tmp_path_factory):
    """The cases that cfn-lint takes for valid before the mistake, and what both said."""
    import judges
    from cases import generate

    seed = int(os.environ.get("INFRAC_CORPUS_SEED") or random.SystemRandom().randrange(10**9))
    print(f"\ncorpus: seed {seed}")
    cases = list(generate(seed, COUNT))
    folder = tmp_path_factory.mktemp("corpus")
    lint = judges.ask_cfn_lint(cases, folder)
    cases = [case for case in cases if not lint.valid[case.number]]
    answers = judges.ask_infrac(infrac, cases, folder)
    print(judges.table("infrac", judges.of_infrac(cases, answers)))
    print(judges.table("cfn-lint", judges.of_cfn_lint(cases, lint)))
    return seed, cases, answers, lint


def test_there_are_enough_cases_of_every_kind(asked):
    seed, cases, *_ = asked
    kinds = {case.fault for case in cases}
    assert len(cases) >= 300, f"seed {seed}: only {len(cases)} cases are left"
    assert len(kinds) >= 20, f"seed {seed}: {sorted(kinds)}"
    assert len({case.type for case in cases}) >= 150


def test_mistakes_are_noticed_where_and_as_stated(asked):
    import judges

    seed, cases, answers, _ = asked
    missed = judges.misses(cases, answers)
    shown = "\n".join(
        f"{case.name} {case.fault}: {case.type} line {case.line} {case.code}, said {[(s.line, s.code) for s in said]}"
        for case, said in missed
    )
    assert len(missed) <= 0.01 * len(cases), f"seed {seed}: {len(missed)} of {len(cases)} missed:\n{shown}"


def test_nothing_is_said_of_what_is_right(asked):
    seed, cases, answers, _ = asked
    alarms = [(case.name, case.type, said) for case in cases for said in answers.valid[case.number]]
    assert not alarms, f"seed {seed}: {alarms}"


def test_cfn_lint_misses_more(asked):
    import judges

    seed, cases, answers, lint = asked
    ours, theirs = judges.of_infrac(cases, answers)["all"], judges.of_cfn_lint(cases, lint)["all"]
    assert ours.told > theirs.told and ours.right > theirs.right, f"seed {seed}"
