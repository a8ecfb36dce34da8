"""Who inspects and who is inspected: agencies 检查主体, entities 检查对象, inspectors 检查人员."""

from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.grounds import OPEN, Decision
from portal.domain.identifiers import Identifier, Scheme


class AgencyLevel(CodeList):
    """层级."""

    NATIONAL = "national", "国家级", "National"
    PROVINCE = "province", "省级", "Province"
    CITY = "city", "市级", "City"
    COUNTY = "county", "县区级", "County"
    TOWNSHIP = "township", "乡镇级", "Township"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body that inspects or publishes (检查主体). `contact_*` never leave the office."""

    code: str
    name: str
    level: AgencyLevel
    region: str
    parent_code: str | None = None
    duties: str | None = None
    contact_person: str | None = None
    contact_phone: str | None = None

    @property
    def key(self) -> str:
        """The natural key: the agency's code."""
        return self.code


class EntityKind(CodeList):
    """检查对象名录库: four standard libraries and the non-standard one (济职能办发〔2017〕5号)."""

    MARKET = "market_entity", "市场主体", "Market entity"
    SOCIAL = "social_organisation", "社会组织", "Social organisation"
    INSTITUTION = "public_institution", "事业单位", "Public institution"
    ORGAN = "state_organ", "行政机关", "State organ"
    NON_STANDARD = "non_standard", "非标准库对象", "Non-standard object"


class EntityForm(CodeList):
    """What the party is, finer than its library: it decides what may be shown."""

    ENTERPRISE = "enterprise", "企业", "Enterprise"
    SOLE_TRADER = "sole_trader", "个体工商户", "Sole trader"
    COOPERATIVE = "cooperative", "农民专业合作社", "Farmers' cooperative"
    SOCIAL_GROUP = "social_group", "社会团体", "Association"
    PRIVATE_INSTITUTION = "private_institution", "民办非企业单位", "Private non-enterprise unit"
    FOUNDATION = "foundation", "基金会", "Foundation"
    INSTITUTION = "institution", "事业单位", "Public institution"
    ORGAN = "organ", "机关", "State organ"
    PROJECT = "project", "工程项目", "Construction project"
    TEMPORARY_OFFICE = "temporary_office", "临时机构", "Temporary office"
    MILITARY_UNIT = "military_unit", "部队单位", "Military unit"
    NATURAL_PERSON = "natural_person", "自然人", "Natural person"
    OTHER = "other", "其他", "Other"

    @property
    def library(self) -> EntityKind:
        """The library (名录库) this form is kept in."""
        return _LIBRARY.get(self, EntityKind.NON_STANDARD)


_LIBRARY = {
    EntityForm.ENTERPRISE: EntityKind.MARKET,
    EntityForm.SOLE_TRADER: EntityKind.MARKET,
    EntityForm.COOPERATIVE: EntityKind.MARKET,
    EntityForm.SOCIAL_GROUP: EntityKind.SOCIAL,
    EntityForm.PRIVATE_INSTITUTION: EntityKind.SOCIAL,
    EntityForm.FOUNDATION: EntityKind.SOCIAL,
    EntityForm.INSTITUTION: EntityKind.INSTITUTION,
    EntityForm.ORGAN: EntityKind.ORGAN,
}

#: First two characters of a credit code (登记管理部门, 机构类别, GB 32100) → form.
_FORM_BY_CODE = {
    "91": EntityForm.ENTERPRISE,
    "92": EntityForm.SOLE_TRADER,
    "93": EntityForm.COOPERATIVE,
    "51": EntityForm.SOCIAL_GROUP,
    "52": EntityForm.PRIVATE_INSTITUTION,
    "53": EntityForm.FOUNDATION,
    "11": EntityForm.ORGAN,
    "12": EntityForm.INSTITUTION,
}


def form_of(identifier: Identifier) -> EntityForm | None:
    """Tell the form from a number, or None where the number does not say.

    15-digit numbers carry the class in the seventh digit: 6 to 9 are sole traders (GS 15-2006).
    """
    if identifier.scheme is Scheme.USCC:
        return _FORM_BY_CODE.get(identifier.value[:2])
    if identifier.scheme is Scheme.REG15:
        return EntityForm.SOLE_TRADER if identifier.value[6] in "6789" else EntityForm.ENTERPRISE
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An inspected party (检查对象). `legal_person` to `note` never leave the office.

    The first identifier is the key: same-name companies never share a page, and a changed
    name does not make a new party.
    """

    agency_code: str
    name: str
    form: EntityForm
    identifiers: tuple[Identifier, ...]
    former_names: tuple[str, ...] = ()
    region: str | None = None
    industry: str | None = None
    legal_person: str | None = None
    contact_phone: str | None = None
    address: str | None = None
    risk_class: str | None = None
    note: str | None = None
    decision: Decision = OPEN

    @property
    def key(self) -> str:
        """The natural key, see `entity_key`."""
        return entity_key(self.identifiers[0], agency_code=self.agency_code, name=self.name)


def entity_key(identifier: Identifier, *, agency_code: str, name: str) -> str:
    """Return the natural key of a party: its number, or for local ones the agency's own.

    A party with no number at all is known by the agency and the name it is filed under.
    """
    if identifier.scheme is Scheme.LOCAL:
        return f"local:{agency_code}:{identifier.value}"
    if identifier.scheme is Scheme.NONE:
        return f"none:{agency_code}:{name}"
    return identifier.scheme + ":" + identifier.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """A person who may inspect (检查人员). Nothing of an inspector is ever published."""

    agency_code: str
    certificate: str
    name: str
    post: str | None = None
    skills: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    station: str | None = None
    left_on: date | None = None

    @property
    def key(self) -> str:
        """The natural key: the certificate number (执法证号) within the agency."""
        return f"{self.agency_code}/{self.certificate}"
