"""How large a file may be: the settings' own type, under the name the sheets know it by."""

from portal.kit.config import Limits as Limits
