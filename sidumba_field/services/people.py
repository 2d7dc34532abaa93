"""How people of this laptop are shown: names without titles, initials, cards of the login list."""

from __future__ import annotations

from sidumba_field.seal.slots import UserCard
from sidumba_field.services.views import AccountCard


def plain_words(name: str) -> list[str]:
    """Return a name's words without titles: those before it end in a dot, those after it follow a comma."""
    words = name.split(",")[0].split()
    return [word for word in words if not word.endswith(".") or len(words) == 1] or words


def initials_of(name: str) -> str:
    """Return one or two letters for the round badge: "Drs. H. Rahmat Hidayat, M.M." -> "RH", "M. Rizani" -> "MR".

    A name shortened to its letter counts ("M." is Muhammad); "H." is a haji's title and does not.
    """
    plain = plain_words(name)
    words = [word for word in name.split(",")[0].split() if word in plain or _shortened(word)]
    return "".join(word[0] for word in words[:2]).upper()


def _shortened(word: str) -> bool:
    return len(word) == 2 and word[0].isupper() and word[1] == "." and word != "H."


def account_card(card: UserCard, note: str = "") -> AccountCard:
    initials = initials_of(card.name)
    return AccountCard(
        card.user_id, card.username, card.name, initials, card.role_label, card.unit_name, note
    )
