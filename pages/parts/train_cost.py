"""What a launch would cost, in words, and why it cannot be launched."""

from mms.domain.scopes import FanOut
from mms.domain.search import SearchKind
from mms.usecases.spaces import Plan
from pages.parts.formatting import counted, seconds
from pages.parts.scope_choice import ScopeChoice


def why_not(plan: Plan | None, scope: ScopeChoice | None, *, may: bool) -> str | None:
    """Why the button cannot act; None where it can."""
    if not may:
        return "You may not train: ask an administrator for the role of a scientist."
    if plan is None:
        return "Something above is not right yet: mend what is marked in red."
    if not plan.triples and plan.search.kind is not SearchKind.TRIALS:
        return "There is nothing to fit yet: choose at least one algorithm."
    return "Say whose rows the run learns from." if scope is None else None


def cost_words(plan: Plan, groups: FanOut | None) -> tuple[str, str]:
    """The cost in words, and what stands on the button."""
    if plan.search.kind is SearchKind.TRIALS:
        what = f"up to {counted(plan.search.trials + len(plan.triples), 'triple')}"
    else:
        what = counted(len(plan.triples), "triple")
    way = " by successive halving" if plan.search.kind is SearchKind.HALVING else " × 13 fits"
    cost = f"{what} and the Dummy baseline{way} = {plan.fits:,} fits, about {seconds(plan.seconds)} on this machine"
    if groups is None:
        return cost, f"Launch {what}"
    return f"{groups.words}, about {seconds(len(groups.launched) * plan.seconds)} at most", (
        f"Launch {counted(len(groups.launched), 'run')}"
    )
