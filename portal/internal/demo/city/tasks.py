"""What the fictitious city plans year by year: kinds of task, schedule, days of the draws.

A kind: key | name | items | scope | only parties with these tags (or *) | object class (or -) |
type | joint | partners | method | share | level.
"""

from datetime import date

from portal.internal.demo.city.places import (
    COUNTY_MARKET,
    CULTURE,
    ENVIRONMENT,
    FARMING,
    HEALTH,
    MARKET,
    SAFETY,
)

KINDS = {
    MARKET: """
food | 食品销售和餐饮服务经营者抽查 | SP-01；SP-02 | 持有食品经营许可的销售者和餐饮服务提供者 | * | - | 定向 | 本部门单独 | | 实地检查、快速检测 | 28% | 市县两级
info | 公示信息和登记事项抽查 | GS-01；GS-02；GS-03 | 全市已登记的企业、个体工商户和农民专业合作社 | * | - | 不定向 | 部门内部联合 | | 书面检查、网络监测、实地检查 | 不低于7% | 市县两级
make | 食品生产和重点工业产品生产企业抽查 | SP-03；CP-01 | 食品生产企业和列入目录的工业产品生产企业 | * | - | 定向 | 部门内部联合 | | 实地检查、抽样检验 | ≥15% | 市级
device | 特种设备使用单位抽查 | TZ-01；TZ-02 | 在用特种设备的使用单位 | * | - | 定向 | 本部门单独 | | 实地检查 | ≥18% | 市县两级
drug | 药品、医疗器械和化妆品经营抽查 | YP-01；QX-01；HZ-01 | 药品零售企业、医疗器械经营企业、化妆品经营者 | * | - | 定向 | 部门内部联合 | | 实地检查、书面检查 | 30% | 市级
hotel | 住宿和商业综合体部门联合抽查 | GS-03；JG-01；TZ-02 | 宾馆、酒店和商业综合体 | hotel mall | - | 定向 | 跨部门联合 | 示例市卫生健康委员会；示例市文化广电和旅游局；示例市消防救援支队 | 实地检查 | 50% | 市级
net | 网络交易、广告和价格行为抽查 | GG-01；JG-01；WL-01 | 网络交易经营者、广告经营者和商业零售单位 | online ad | - | 不定向 | 部门内部联合 | | 网络监测、书面检查 | 25% | 市级
canteen | 校园和机关事业单位食堂联合抽查 | SP-04 | 学校、托幼机构、医疗机构和机关事业单位食堂 | * | - | 定向 | 跨部门联合 | 示例市教育局；示例市卫生健康委员会 | 实地检查、快速检测 | 30% | 市级
measure | 强制检定计量器具抽查 | JL-01 | 商超、药店、加油站等计量器具使用者 | * | - | 不定向 | 本部门单独 | | 实地检查 | 25% | 市级
fee | 行业协会商会收费抽查 | XH-01 | 行业协会商会和基金会 | * | - | 不定向 | 本部门单独 | | 书面检查 | 50% | 市级
""",
    ENVIRONMENT: """
special | 特殊监管对象抽查 | PW-01；DQ-01；SH-01；GF-01 | 存在环境信访、上一年度受到处罚的排污单位 | * | 特殊监管对象 | 定向 | 本部门单独 | | 实地检查、现场监测 | 全覆盖 | 市级
key | 重点监管对象抽查 | PW-01；DQ-01；SH-01；GF-01 | 环境监管重点单位名录内的排污单位 | * | 重点监管对象 | 定向 | 上下级联合 | | 实地检查、现场监测 | 30% | 市县两级
general | 一般监管对象抽查 | PW-01；DQ-01；DQ-02；ZS-01；HP-01 | 名录库内其他排污单位 | * | 一般监管对象 | 不定向 | 本部门单独 | | 实地检查 | 25% | 市县两级
vocs | 挥发性有机物治理情况抽查 | DQ-02；GF-01 | 涉挥发性有机物排放的工业企业 | vocs | - | 定向 | 部门内部联合 | | 实地检查、委托监测 | ≥30% | 市级
site | 施工扬尘防治部门联合抽查 | DQ-03 | 在建房屋建筑和市政工程项目 | * | - | 定向 | 跨部门联合 | 示例市住房和城乡建设局；示例市城市管理局 | 实地检查 | 60% | 市级
smoke | 餐饮油烟净化设施抽查 | DQ-04 | 城区餐饮服务业经营者 | * | - | 不定向 | 跨部门联合 | 示例市城市管理局 | 实地检查 | 25% | 市级
fuel | 加油站油气回收设施联合抽查 | DQ-05 | 储油库和加油站 | * | - | 定向 | 跨部门联合 | 示例市应急管理局；示例市商务局 | 实地检查、委托检测 | 60% | 市级
medwaste | 医疗废物和辐射安全联合抽查 | GF-02；FS-01 | 医疗卫生机构 | * | - | 定向 | 跨部门联合 | 示例市卫生健康委员会 | 实地检查 | 30% | 市级
winter | 冬春季大气污染防控抽查 | DQ-01；DQ-02 | 纳入冬春季管控清单的工业企业 | * | - | 定向 | 上下级联合 | | 实地检查、现场监测 | 30% | 市县两级
""",
    HEALTH: """
public | 公共场所卫生抽查 | GC-01；GC-02 | 住宿、沐浴、美容美发、影剧院和商场等公共场所 | * | - | 不定向 | 本部门单独 | | 实地检查、抽样检测 | 25% | 市县两级
medical | 医疗机构依法执业和医疗废物抽查 | YL-01；YL-02；CR-01 | 各级各类医疗机构 | medical | - | 定向 | 部门内部联合 | | 实地检查、书面检查 | 50% | 市级
xray | 放射诊疗和辐射安全联合抽查 | YL-03 | 开展放射诊疗的医疗机构 | * | - | 定向 | 跨部门联合 | 示例市生态环境局 | 实地检查 | 40% | 市级
school | 学校卫生和传染病防控抽查 | XX-01；CR-01 | 中小学校和托幼机构 | school | - | 定向 | 跨部门联合 | 示例市教育局 | 实地检查、现场检测 | 80% | 市县两级
occ | 用人单位职业病危害防治抽查 | ZY-01 | 存在职业病危害因素的用人单位 | * | - | 定向 | 跨部门联合 | 示例市人力资源和社会保障局；示例市总工会 | 实地检查、现场检测 | ≥25% | 市县两级
water | 生活饮用水卫生抽查 | SS-01 | 集中式供水和二次供水单位 | * | - | 定向 | 本部门单独 | | 现场检测 | 40% | 市级
tableware | 餐饮具集中消毒抽查 | XD-01 | 使用集中消毒餐饮具的餐饮服务提供者 | * | - | 不定向 | 跨部门联合 | 示例市市场监督管理局 | 抽样检测 | 20% | 市级
""",
    SAFETY: """
chem | 危险化学品生产经营单位抽查 | WH-01；WH-02 | 危险化学品生产、经营、储存单位 | * | - | 定向 | 本部门单独 | | 实地检查、专家参与 | ≥40% | 市级
fuel | 加油站安全管理联合抽查 | WH-03 | 加油站经营单位 | * | - | 定向 | 跨部门联合 | 示例市商务局；示例市消防救援支队 | 实地检查 | 80% | 市级
firework | 烟花爆竹经营安全抽查 | YH-01 | 烟花爆竹批发企业和零售点 | * | - | 定向 | 跨部门联合 | 示例市公安局 | 实地检查 | 全覆盖 | 市县两级
mine | 非煤矿山安全生产抽查 | KS-01；YJ-01 | 非煤露天矿山企业 | mine | - | 定向 | 本部门单独 | | 实地检查、专家参与 | 全覆盖 | 市级
trade | 工贸企业安全生产抽查 | GM-01；PX-01；YJ-01 | 冶金、建材、机械、轻工、纺织、商贸企业 | trade | - | 不定向 | 上下级联合 | | 实地检查、书面检查 | ≥22% | 市县两级
dust | 粉尘涉爆企业专项抽查 | GM-02；FX-01 | 粉尘涉爆企业 | dust | - | 定向 | 本部门单独 | | 实地检查 | 50% | 市级
site | 在建项目安全风险管控抽查 | FX-01 | 在建厂房和园区建设项目 | site | - | 定向 | 跨部门联合 | 示例市住房和城乡建设局 | 实地检查 | 全覆盖 | 市级
precursor | 非药品类易制毒化学品单位抽查 | YZ-01 | 取得许可或者备案的单位 | * | - | 定向 | 跨部门联合 | 示例市公安局 | 实地检查、书面检查 | 50% | 市级
""",
    CULTURE: """
leisure | 歌舞和游艺娱乐场所抽查 | YE-01 | 歌舞娱乐场所、游艺娱乐场所 | * | - | 定向 | 跨部门联合 | 示例市公安局；示例市消防救援支队 | 实地检查 | 90% | 市县两级
netbar | 互联网上网服务营业场所抽查 | WB-01 | 互联网上网服务营业场所 | * | - | 不定向 | 本部门单独 | | 实地检查、远程巡查 | 全覆盖 | 市县两级
travel | 旅行社经营行为抽查 | LX-01；LX-02 | 旅行社及其服务网点 | * | - | 定向 | 跨部门联合 | 示例市市场监督管理局；示例市公安局 | 书面检查、实地检查 | 80% | 市级
print | 印刷企业抽查 | YS-01 | 出版物和包装装潢印刷企业 | * | - | 不定向 | 本部门单独 | | 实地检查 | 80% | 市级
book | 出版物零售单位抽查 | CB-01 | 出版物零售单位 | * | - | 不定向 | 跨部门联合 | 示例市教育局 | 实地检查 | 全覆盖 | 市县两级
cinema | 电影放映单位抽查 | DY-01 | 电影院 | * | - | 不定向 | 本部门单独 | | 实地检查、数据比对 | 全覆盖 | 市级
show | 演出和艺术品经营单位抽查 | YC-01；YW-01 | 演出举办单位、艺术品经营单位 | * | - | 定向 | 本部门单独 | | 实地检查 | 80% | 市级
dish | 卫星地面接收设施使用单位抽查 | WX-01 | 宾馆、酒店 | * | - | 不定向 | 本部门单独 | | 实地检查 | 50% | 市级
""",
    FARMING: """
seed | 种子和农药经营抽查 | ZZ-01；NY-01；ZJ-01 | 种子、农药生产经营者 | seed | - | 定向 | 部门内部联合 | | 实地检查、抽样检验 | 90% | 市县两级
vet | 兽药和饲料经营抽查 | SY-01；SL-01 | 兽药、饲料生产经营者 | * | - | 不定向 | 部门内部联合 | | 实地检查、抽样检验 | 90% | 市县两级
slaughter | 生猪定点屠宰厂（场）联合抽查 | TZ-01 | 生猪定点屠宰厂（场） | * | - | 定向 | 跨部门联合 | 示例市市场监督管理局；示例市生态环境局 | 实地检查、抽样检测 | 全覆盖 | 市级
crop | 农产品质量安全抽查 | NC-01；ZJ-01 | 农产品生产企业、农民专业合作社、种植户 | crop | - | 不定向 | 本部门单独 | | 实地检查、抽样检验 | 60% | 市县两级
breed | 动物防疫条件抽查 | DW-01 | 养殖场、养殖户 | * | - | 不定向 | 本部门单独 | | 实地检查 | 60% | 市县两级
machine | 农业机械安全抽查 | NJ-01 | 农机专业合作社和农机使用者 | * | - | 不定向 | 跨部门联合 | 示例市公安局 | 实地检查 | 40% | 市县两级
""",
    COUNTY_MARKET: """
food | 示东区食品经营者抽查 | SP-01；SP-02 | 示东区食品销售者和餐饮服务提供者 | * | - | 不定向 | 本部门单独 | | 实地检查 | 30% | 县级
info | 示东区登记事项抽查 | GS-01 | 示东区经营主体 | * | - | 不定向 | 本部门单独 | | 实地检查 | 8% | 县级
device | 示东区特种设备使用单位抽查 | TZ-01 | 示东区特种设备使用单位 | * | - | 定向 | 本部门单独 | | 实地检查 | 20% | 县级
""",
}

#: Tasks of a year, in order: `kind:draw days`; 0 is not drawn yet, x removed, + added by version 2.
SCHEDULE = {
    (MARKET, 2024): "food:1 info:1,2 make:2 device:2 fee:x hotel:2+",
    (ENVIRONMENT, 2024): "key:1 general:1 special:2 fuel:2 site:2 medwaste:2",
    (HEALTH, 2024): "public:1 medical:1 occ:2 water:2",
    (SAFETY, 2024): "chem:1 trade:1 mine:2 firework:2",
    (CULTURE, 2024): "leisure:1 travel:1 netbar:1",
    (FARMING, 2024): "seed:1 crop:1 vet:1",
    (MARKET, 2025): "food:1 device:1 canteen:1 drug:2 hotel:2 net:2",
    (ENVIRONMENT, 2025): "key:1,2 general:1 special:2 site:2 medwaste:x vocs:2+",
    (HEALTH, 2025): "public:1 xray:1 medical:2 school:2 occ:2",
    (SAFETY, 2025): "chem:1 dust:1 trade:2 precursor:2 site:2",
    (CULTURE, 2025): "leisure:1 print:1 travel:2 cinema:2 show:2",
    (FARMING, 2025): "seed:1 slaughter:1 crop:2 breed:2",
    (COUNTY_MARKET, 2025): "food:1 info:1 device:1",
    (MARKET, 2026): "food:1 measure:1 info:1,2 make:2 canteen:2 net:0",
    (ENVIRONMENT, 2026): "key:1 general:1 special:2 vocs:2 smoke:2 winter:3",
    (HEALTH, 2026): "medical:1 occ:1 public:2 water:2 school:x tableware:2+",
    (SAFETY, 2026): "chem:1 fuel:1 trade:2 dust:2 firework:0",
    (CULTURE, 2026): "netbar:1 travel:1 leisure:2 book:2 dish:0",
    (FARMING, 2026): "seed:1 vet:1 breed:2 crop:2 machine:0",
    (COUNTY_MARKET, 2026): "food:1 device:1 info:0",
}

#: The agencies come first.
FIRST_DAY = date(2024, 1, 8)

#: Days of the draws, by their number in the schedule.
DRAW_DAYS = {
    (MARKET, 2024): (date(2024, 3, 5), date(2024, 8, 20)),
    (ENVIRONMENT, 2024): (date(2024, 4, 9), date(2024, 9, 10)),
    (HEALTH, 2024): (date(2024, 5, 14), date(2024, 10, 15)),
    (SAFETY, 2024): (date(2024, 4, 16), date(2024, 11, 5)),
    (CULTURE, 2024): (date(2024, 6, 11),),
    (FARMING, 2024): (date(2024, 7, 9),),
    (MARKET, 2025): (date(2025, 3, 11), date(2025, 8, 12)),
    (ENVIRONMENT, 2025): (date(2025, 3, 18), date(2025, 8, 26)),
    (HEALTH, 2025): (date(2025, 5, 13), date(2025, 10, 14)),
    (SAFETY, 2025): (date(2025, 4, 15), date(2025, 11, 4)),
    (CULTURE, 2025): (date(2025, 5, 6), date(2025, 9, 2)),
    (FARMING, 2025): (date(2025, 5, 20), date(2025, 9, 23)),
    (COUNTY_MARKET, 2025): (date(2025, 7, 8),),
    (MARKET, 2026): (date(2026, 3, 10), date(2026, 8, 18)),
    (ENVIRONMENT, 2026): (date(2026, 4, 14), date(2026, 9, 1), date(2026, 11, 10)),
    (HEALTH, 2026): (date(2026, 5, 12), date(2026, 9, 15)),
    (SAFETY, 2026): (date(2026, 3, 24), date(2026, 7, 14)),
    (CULTURE, 2026): (date(2026, 6, 9), date(2026, 9, 22)),
    (FARMING, 2026): (date(2026, 4, 21), date(2026, 10, 9)),
    (COUNTY_MARKET, 2026): (date(2026, 7, 21),),
}

#: Days on which the plans came out; one is late.
PLAN_DAYS = {
    (MARKET, 2024): date(2024, 2, 6),
    (ENVIRONMENT, 2024): date(2024, 2, 28),
    (HEALTH, 2024): date(2024, 3, 12),
    (SAFETY, 2024): date(2024, 3, 5),
    (CULTURE, 2024): date(2024, 3, 20),
    (FARMING, 2024): date(2024, 3, 26),
    (MARKET, 2025): date(2025, 2, 11),
    (ENVIRONMENT, 2025): date(2025, 2, 25),
    (HEALTH, 2025): date(2025, 3, 18),
    (SAFETY, 2025): date(2025, 3, 11),
    (CULTURE, 2025): date(2025, 3, 25),
    (FARMING, 2025): date(2025, 4, 18),
    (COUNTY_MARKET, 2025): date(2025, 3, 20),
    (MARKET, 2026): date(2026, 2, 5),
    (ENVIRONMENT, 2026): date(2026, 3, 3),
    (HEALTH, 2026): date(2026, 3, 17),
    (SAFETY, 2026): date(2026, 2, 26),
    (CULTURE, 2026): date(2026, 3, 24),
    (FARMING, 2026): date(2026, 3, 19),
    (COUNTY_MARKET, 2026): date(2026, 3, 26),
}

#: Adjustments: approved, published, reason, kind whose share changes, its new share.
ADJUSTMENTS = {
    (MARKET, 2024): (
        date(2024, 7, 30), date(2024, 8, 6),
        ("机构职责调整后行业协会收费检查改由专项工作安排，取消相应任务；为迎接旅游旺季增加住宿和商业综合体部门联合抽查；"
        "根据上半年问题发现率提高特种设备抽查比例。"), "device", "≥20%",
    ),
    (ENVIRONMENT, 2025): (
        date(2025, 7, 11), date(2025, 7, 22),
        ("医疗废物和辐射安全检查并入卫生健康部门牵头的联合抽查，取消单独任务；夏秋季臭氧污染防治需要，增加挥发性有机物治理抽查；"
        "下半年重点监管对象抽查比例相应提高。"), "key", "35%",
    ),
    (HEALTH, 2026): (
        date(2026, 6, 22), date(2026, 6, 30),
        "学校卫生检查与教育部门专项督导合并实施，取消单独任务；增加餐饮具集中消毒抽查；公共场所抽查比例调整。", "public", "30%",
    ),
}  # fmt: skip
