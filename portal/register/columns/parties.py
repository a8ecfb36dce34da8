"""Columns of agencies and of inspected parties (检查主体、检查对象)."""

from portal.domain.identifiers import Scheme
from portal.domain.parties import AgencyLevel, EntityForm, EntityKind
from portal.register.columns.model import Dataset, Type
from portal.register.columns.shared import TAIL, WITHHELD, address, code, col, identity, ref
from portal.register.records import Kind, PublicAgency, PublicEntity

AGENCIES = Dataset(
    word="agencies", kind=Kind.AGENCY, record=PublicAgency, page="/agencies/{id}",
    zh="检查主体", en="Agencies",
    about_zh="开展抽查或者公布抽查文件的机关，一个机关一行。",
    about_en="Bodies that inspect or publish inspection documents, one row each.",
    columns=(
        identity("a", "检查主体", "agency"),
        address("/agencies/a_4f9c0a7d1e2b3c4d5e6f708192"),
        col("name", Type.TEXT, ("名称", "Name"), ("机关名称。", "Name of the body."), "示例市市场监督管理局"),
        code("level", AgencyLevel, ("层级", "Level"), ("机关层级。", "Administrative level."), "city"),
        col("region", Type.TEXT, ("行政区划", "Division"),
            ("所在行政区划的 6 位代码（GB/T 2260）。", "Six-digit code of the administrative division (GB/T 2260)."),
            "990100"),
        ref("parent_id", "agencies", ("上级机关", "Parent"),
            ("上级机关的标识。", "Identifier of the superior body."), nullable=True),
        col("duties", Type.TEXT, ("职责", "Duties"),
            ("与抽查有关的职责。", "Duties that concern inspections."),
            "负责统筹推进部门联合“双随机、一公开”监管", nullable=True),
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip

ENTITIES = Dataset(
    word="entities", kind=Kind.ENTITY, record=PublicEntity, page="/entities/{id}",
    zh="检查对象", en="Inspected parties",
    about_zh="被抽查的企业、个体工商户、社会组织等，一个对象一行。自然人不公开身份。",
    about_en="Enterprises, sole traders, organisations and others that are inspected, one row each. "
    "The identity of a natural person is never published.",
    columns=(
        identity("e", "检查对象", "inspected party"),
        address("/entities/e_4f9c0a7d1e2b3c4d5e6f708192"),
        col("name", Type.TEXT, ("名称", "Name"),
            ("公开的名称；依法隐去时为占位文字。", "Published name; a placeholder where it is withheld."),
            "示例市青禾食品有限公司"),
        code("kind", EntityKind, ("名录库", "Library"),
             ("所属的检查对象名录库。", "Library of inspected parties it belongs to."), "market_entity"),
        code("form", EntityForm, ("类型", "Form"), ("对象类型。", "What the party is."), "enterprise"),
        col("identifiers", Type.OBJECT, ("标识代码", "Identifiers"),
            ("统一社会信用代码、注册号等，第一个为主。", "Credit code, registration numbers and others; the first is the main one."),
            [{"scheme": "uscc", "value": "91990101MA0A00003Y", "valid": True}], many=True, default=(),
            parts=(
                code("scheme", Scheme, ("类型", "Scheme"), ("标识代码的类型。", "Kind of identifier."), "uscc"),
                col("value", Type.TEXT, ("代码", "Value"), ("标识代码。", "The identifier."), "91990101MA0A00003Y"),
                col("valid", Type.BOOLEAN, ("校验相符", "Valid"),
                    ("校验位是否相符；没有校验位的为 true。", "Whether the check digit fits; true where there is none."),
                    True, default=True),
            )),
        col("former_names", Type.TEXT, ("曾用名", "Former names"),
            ("曾用名称。", "Names it formerly had."), ["示例市青禾食品厂"], many=True, default=()),
        col("region", Type.TEXT, ("行政区划", "Division"),
            ("所在行政区划的 6 位代码。", "Six-digit code of the administrative division."), "990101", nullable=True),
        col("industry", Type.TEXT, ("行业", "Industry"), ("所属行业。", "Industry."), "食品制造业", nullable=True),
        col("masked", Type.BOOLEAN, ("已作隐去处理", "Masked"),
            ("为 true 时，名称已缩略，标识代码不公开。", "When true, the name is shortened and numbers are left out."),
            False, default=False),
        WITHHELD,
        *TAIL,
    ),
)  # fmt: skip
