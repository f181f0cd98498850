"""Texts that match a pattern, and texts that only just do not."""

from __future__ import annotations

import random
import re._constants as codes
import re._parser as parser
import string
from functools import cache

import regex

PRINTABLE = string.ascii_letters + string.digits + "-_./:=+@,#~ "
WORD = string.ascii_letters + string.digits + "_"
# Some patterns make a search go back and forth without end: nothing is said of them then.
PATIENCE = 2.0
UNICODE = [
    (r"\\p\{L(?:u|l|)\}", "a-zA-Z"), (r"\\p\{Letter\}", "a-zA-Z"), (r"\\p\{Alpha(?:betic)?\}", "a-zA-Z"),
    (r"\\p\{Nd?\}", "0-9"), (r"\\p\{Z\w*\}", " "), (r"\\p\{P\w?\}", "._-"), (r"\\p\{S\w?\}", "=+"),
    (r"\\p\{M\w?\}", "a"), (r"\\p\{(?:Alnum|ASCII|Graph|Print|L|IsLatin)\}", "a-zA-Z0-9"), (r"\\p\{Space\}", " "),
]


class Unsupported(Exception):
    """A pattern that no text is made for."""


@cache
def compiled(pattern: str) -> regex.Pattern | None:
    try:
        return regex.compile(pattern)
    except regex.error:
        return None


def matches(pattern: str, text: str) -> bool | None:
    """Whether a text matches, as JSON schemas mean it: anywhere, unless anchored."""
    found = compiled(pattern)
    if found is None:
        return None
    try:
        return found.search(text, timeout=PATIENCE) is not None
    except TimeoutError:
        return None


def sample(rng: random.Random, pattern: str, least: int, most: int) -> str:
    """A text of the pattern with so many characters."""
    tree = parsed(pattern)
    for attempt in range(24):
        text = Sampler(rng, growth=(attempt % 12) * max(1, least // 6) // 2 + attempt % 3).text(tree)
        if least <= len(text) <= most and matches(pattern, text) and text.isprintable() and text.isascii():
            return text
    raise Unsupported(pattern)


def sample_of_length(rng: random.Random, pattern: str, length: int) -> str:
    """A text of the pattern with exactly so many characters."""
    tree = parsed(pattern)
    for growth in [length, length // 2, length // 3, length // 4, 1, 2, 3, 0]:
        for _ in range(8):
            text = Sampler(rng, growth=growth, longest=True).text(tree)
            for candidate in fitted(rng, text, length):
                if matches(pattern, candidate) and candidate.isprintable() and candidate.isascii():
                    return candidate
    raise Unsupported(pattern)


def fitted(rng: random.Random, text: str, length: int):
    """A text, cut or stretched to a length in a few ways."""
    if len(text) == length:
        yield text
    if len(text) > length:
        yield text[:length]
        yield text[: length // 2] + text[len(text) - (length - length // 2) :]
    if text and len(text) < length:
        missing = length - len(text)
        for at in {len(text) - 1, len(text) // 2, 0, rng.randrange(len(text))}:
            yield text[: at + 1] + text[at] * missing + text[at + 1 :]


def near_miss(rng: random.Random, pattern: str, text: str, least: int, most: int) -> str | None:
    """A text like the given one that does not match the pattern."""
    candidates = []
    for _ in range(24):
        at = rng.randrange(len(text) + 1)
        odd = rng.choice("!?*;<>|^ %&()")
        candidates.append(text[:at] + odd + text[at + 1 :])
        candidates.append(odd + text)
        candidates.append(text + odd)
        if text:
            candidates.append(text[:at] + text[at + 1 :])
            candidates.append(text.swapcase())
    rng.shuffle(candidates)
    for candidate in candidates:
        if least <= len(candidate) <= most and candidate != text and matches(pattern, candidate) is False:
            return candidate
    return None


@cache
def parsed(pattern: str):
    for found, instead in UNICODE:
        pattern = regex.sub(found, instead, pattern)
    pattern = pattern.replace("\\Z", "$").replace("(?i)", "").replace("\\/", "/")
    try:
        return parser.parse(pattern)
    except Exception as error:
        raise Unsupported(pattern) from error


class Sampler:
    """Walks a parsed pattern and makes a text of it."""

    def __init__(self, rng: random.Random, growth: int, longest: bool = False):
        self.rng = rng
        self.growth = growth
        self.longest = longest

    def text(self, tree) -> str:
        return "".join(self.piece(op, argument) for op, argument in tree)

    def piece(self, op, argument) -> str:
        if op is codes.LITERAL:
            return chr(argument)
        if op is codes.NOT_LITERAL:
            return self.rng.choice([c for c in WORD if ord(c) != argument])
        if op is codes.ANY:
            return self.rng.choice(WORD)
        if op is codes.IN:
            return self.one_of(argument)
        if op is codes.BRANCH:
            return self.text(self.rng.choice(argument[1]))
        if op is codes.SUBPATTERN:
            return self.text(argument[3])
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, inner = argument
            extra = min(int(most) - least if most is not codes.MAXREPEAT else self.growth, self.growth)
            times = least + (extra if self.longest else self.rng.randint(0, max(0, extra)))
            return "".join(self.text(inner) for _ in range(min(times, 3000)))
        if op in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
            return ""
        raise Unsupported(str(op))

    def one_of(self, items) -> str:
        negated = items and items[0][0] is codes.NEGATE
        allowed = set()
        for op, argument in items:
            if op is codes.LITERAL:
                allowed.add(chr(argument))
            elif op is codes.RANGE:
                low, high = argument
                allowed.update(chr(c) for c in range(max(low, 32), min(high, 126) + 1))
            elif op is codes.CATEGORY:
                allowed.update(category(argument))
        if negated:
            allowed = set(PRINTABLE) - allowed
        plain = sorted(c for c in allowed if c in WORD)
        # Letters and digits mostly; what else is allowed now and then.
        others = sorted(allowed - set(plain))
        if not plain and not others:
            raise Unsupported("an empty class")
        if plain and (not others or self.rng.random() < 0.9):
            return self.rng.choice(plain)
        return self.rng.choice(others)


def category(code) -> str:
    return {
        codes.CATEGORY_DIGIT: string.digits,
        codes.CATEGORY_NOT_DIGIT: string.ascii_letters,
        codes.CATEGORY_WORD: WORD,
        codes.CATEGORY_NOT_WORD: "-.:",
        codes.CATEGORY_SPACE: " ",
        codes.CATEGORY_NOT_SPACE: WORD,
    }[code]
