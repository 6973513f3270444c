"""The card of a model, written to a file."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from db.queries.cards import model_card
from db.session import reading
from mms.cli.console import Output, acting, verb
from mms.domain.errors import Invalid


def add_verbs(model: "_SubParsersAction[ArgumentParser]") -> None:
    """What `model` can do with cards."""
    card = verb(model, "card", "write a model's card to a new file, .html or .pdf by its name", _card)
    card.add_argument("model", type=int, help="id")
    card.add_argument("file", type=Path)


def _card(args: Namespace) -> Output:
    from mms.reports.html import to_html  # brings fonts and drawing, which the other verbs need not wait for
    from mms.reports.model_card import card_paper
    from mms.reports.pdf import to_pdf

    kinds = {".html": lambda paper: to_html(paper).encode(), ".pdf": to_pdf}
    if args.file.suffix.lower() not in kinds:
        raise Invalid(f"'{args.file}' is neither HTML nor PDF: name a file that ends in .html or .pdf.")
    member, now = acting()
    with reading() as session:
        card = model_card(session, member, args.model, now)
    try:
        with args.file.open("xb") as file:
            file.write(kinds[args.file.suffix.lower()](card_paper(card)))
    except OSError as error:
        raise Invalid(f"'{args.file}' cannot be written ({error.strerror}): name a new file.") from error
    return Output({"file": args.file, "card": card}, [f"{args.file} holds the card of {card.model.ranked.name}."])
