"""Work that has no use case of its own: look at every project's triggers, and at what their retrainings gained."""

from db.queries.projects import projects
from mms.domain.errors import Lost, MmsError, Unavailable
from mms.domain.members import PRODUCT
from mms.usecases.gains import record_gains
from mms.usecases.jobs import JobContext
from mms.usecases.triggers import check_triggers


def check_all_triggers(context: JobContext) -> None:
    """Each live project by its own present; a project that cannot be checked does not keep the others waiting."""
    with context.transaction() as session:
        found = projects(session, PRODUCT)
    for project in found:
        try:
            with context.transaction() as session:
                launched = check_triggers(session, PRODUCT, project.id, context.now())
                known = record_gains(session, PRODUCT, project.id, context.now())
        except (Unavailable, Lost):
            raise
        except MmsError as error:
            context.log(f"The triggers of '{project.name}' were not checked: {error.sentence}", "warning")
            continue
        for run_id in launched:
            context.log(f"A trigger of '{project.name}' fired and launched run {run_id}.")
        if known:
            context.log(f"What {known} retraining{'s' if known > 1 else ''} of '{project.name}' gained is known now.")
