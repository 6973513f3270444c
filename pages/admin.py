"""How you sign, what the worker does, and where the data lie."""

import streamlit as st

from db.queries.jobs import get_job, jobs, log_lines, quiet_upkeep, running_upkeep
from db.session import reading, transaction
from mms.domain.members import Member
from mms.settings import settings
from mms.usecases.members import rename_member
from mms.usecases.site import site_problems
from pages.parts.job_table import job_card, job_table, summary, upkeep_choice, upkeep_shown
from pages.parts.session import current_member, id_in_url, real_now
from pages.parts.told import told


def render(member: Member) -> None:
    """Jobs first (they are what changes), then your name, then the places."""
    st.title("Admin")
    with told(), reading() as session:
        queue, quiet = jobs(session, upkeep=upkeep_shown()), quiet_upkeep(session)
        running = 0 if upkeep_shown() else running_upkeep(session)
        chosen = id_in_url("job", "job")
        job = None if chosen is None else get_job(session, chosen)
        lines = [] if job is None else log_lines(session, job.id)
    st.markdown(summary(queue, running))
    st.header("Jobs")
    upkeep_choice(quiet)
    if queue:
        job_table(queue, real_now())
    if job is not None:
        job_card(member, job, lines)
    st.header("You")
    _name(member)
    st.header("Where the data lie")
    _places()


def _name(member: Member) -> None:
    with st.form("display_name", border=False):
        name = st.text_input("Display name", member.display_name, help="how you sign runs and promotions")
        if st.form_submit_button("Save name"):
            with told(stop=False):
                with transaction() as session:
                    rename_member(session, member, name)
                st.rerun()


def _places() -> None:
    site = settings()
    store = site.database_url.rpartition("@")[2] if not site.is_embedded else site.database_url.partition("///")[2]
    kind = "SQLite file" if site.is_embedded else "PostgreSQL"
    for sentence in site_problems():
        st.warning(sentence, icon=":material/warning:")
    st.markdown(
        f"- Store ({kind}): `{store}`\n- Home: `{site.home}`\n- Log: `{site.log_file}`\n"
        f"- The site's own algorithms and transformers, if any: `{site.site_file}`\n"
        f"- Backups, taken before each migration: `{site.backups}`\n- Cache, may be deleted at any time: `{site.cache}`"
    )


render(current_member())
