"""Members (people and tokens), their roles, and what a role permits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mms.domain.errors import Forbidden


class Permission(StrEnum):
    """One thing a member may do."""

    VIEW = "view"
    PREDICT = "predict"
    FEEDBACK = "feedback"
    EDIT_DATA = "edit data"
    TRAIN = "train"
    PROMOTE = "promote"
    MANAGE = "manage"


class Role(StrEnum):
    """A named set of permissions."""

    VIEWER = "viewer"
    APPLICATION = "application"
    SCIENTIST = "scientist"
    MANAGER = "manager"
    ADMIN = "admin"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.VIEW}),
    Role.APPLICATION: frozenset({Permission.VIEW, Permission.PREDICT, Permission.FEEDBACK}),
    Role.SCIENTIST: frozenset(
        {Permission.VIEW, Permission.PREDICT, Permission.FEEDBACK, Permission.EDIT_DATA, Permission.TRAIN}
    ),
    Role.MANAGER: frozenset({Permission.VIEW, Permission.TRAIN, Permission.PROMOTE}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Member:
    """Who acts: a person, a token, or the product itself (a trigger, the demo)."""

    id: int
    name: str
    display_name: str
    roles: frozenset[Role] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Whether any of the member's roles grants the permission."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """Raise Forbidden, naming the permission, unless a role grants it."""
        if not self.may(permission):
            raise Forbidden(
                f"{self.display_name} may not {permission.value}: ask an administrator for a role that grants it."
            )


LOCAL_MEMBER = "local"
"""Sign-in name of the administrator whom everybody is, in an installation without sign-in."""

PRODUCT = Member(0, "mms", "MMS", frozenset({Role.ADMIN}))
"""The product itself, where nobody asked: a trigger that fires, a policy that seats a winner."""
