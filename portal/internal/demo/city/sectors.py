"""Trades of the fictitious city: how many parties, what they are called, what they are subject to.

A line: key | industry | counts by form | endings by form | tags | object class of the environment
bureau (特殊, 重点, 一般 or -). Forms are the first two digits of a credit code.
"""

SECTORS = """
retail | 零售业 | 91:22 92:12 | 91:生鲜超市有限公司、百货有限公司、商贸有限公司 92:便利店、副食店 | food_sale measure price info | -
mall | 综合零售 | 91:6 | 91:购物中心有限公司、商业广场管理有限公司 | food_sale price info lift device public | -
food | 食品制造业 | 91:22 92:4 | 91:食品有限公司、调味品有限公司、糕点有限公司、饮品有限公司 92:豆制品作坊、糕点坊 | food_make product info device sewage trade | 一般
meal | 餐饮业 | 91:20 92:26 | 91:餐饮管理有限公司、酒楼有限公司 92:小吃店、面馆、火锅店 | catering smoke info price | -
hotel | 住宿业 | 91:18 92:6 | 91:酒店有限公司、宾馆有限公司 92:客栈、旅馆 | public hotel catering lift device water cosmetic info price | -
drug | 医药零售 | 91:14 92:8 | 91:大药房有限公司、医药连锁有限公司 92:药店 | drug ad info | -
beauty | 居民服务业 | 91:6 92:12 | 91:美容服务有限公司、沐浴服务有限公司 92:理发店、美容院 | public cosmetic price info | -
fuel | 成品油零售 | 91:14 | 91:加油站有限公司、石油销售有限公司 | oil chemical measure info | 一般
chemistry | 化学原料和化学制品制造业 | 91:26 | 91:化工有限公司、涂料有限公司、助剂有限公司 | vocs fume waste sewage chemical occupational trade product device info | 重点
plating | 金属制品业 | 91:26 | 91:电镀有限公司、金属制品有限公司、五金机械有限公司 | sewage fume waste dust occupational trade device product info | 重点
wood | 家具制造业 | 91:14 92:4 | 91:木业有限公司、家具有限公司 92:木器加工厂 | vocs dust occupational trade product info | 一般
textile | 纺织业 | 91:12 | 91:印染有限公司、纺织有限公司 | sewage fume occupational trade device product info | 重点
cement | 非金属矿物制品业 | 91:14 | 91:建材有限公司、混凝土有限公司 | fume occupational trade device product info | 一般
quarry | 非金属矿采选业 | 91:8 | 91:石料开采有限公司、矿业有限公司 | mine fume occupational info | 一般
firework | 烟花爆竹零售 | 91:4 92:6 | 91:烟花爆竹有限公司 92:烟花销售点 | firework info | -
clinic | 卫生 | 12:8 52:6 91:8 92:8 | 12:人民医院、中心卫生院 52:康复医院 91:门诊部有限公司、口腔医院有限公司 92:中医诊所、口腔诊所 | medical medwaste xray canteen | -
school | 教育 | 12:8 52:10 | 12:中学、小学 52:幼儿园、实验学校 | school canteen water | -
waterworks | 水的生产和供应业 | 91:6 | 91:供水有限公司、水务有限公司 | water lab info | 一般
leisure | 娱乐业 | 91:10 92:6 | 91:娱乐有限公司、游艺有限公司 92:歌厅、电玩城 | leisure public info | -
netbar | 互联网上网服务 | 91:8 92:6 | 91:网络科技有限公司 92:网吧 | netbar info | -
travel | 旅行社服务 | 91:16 | 91:旅行社有限公司、国际旅行社有限公司 | travel ad info online | -
print | 印刷业 | 91:14 | 91:印刷有限公司、包装印务有限公司 | print vocs waste occupational info | 一般
book | 图书零售 | 91:4 92:6 | 91:图书有限公司、文化用品有限公司 92:书店 | book info | -
cinema | 电影放映 | 91:8 | 91:影城有限公司、电影放映有限公司 | cinema public food_sale info | -
art | 文化艺术业 | 91:8 92:2 | 91:演艺有限公司、艺术品有限公司 92:画廊 | show art info | -
seed | 农业生产资料批发零售 | 91:8 92:12 | 91:种业有限公司、农资有限公司 92:农资经营部、种子店 | seed pesticide info | -
vet | 饲料兽药经营 | 91:12 92:4 | 91:饲料有限公司、兽药有限公司 92:兽药店 | vet feed info product | -
slaughter | 屠宰及肉类加工 | 91:6 | 91:屠宰有限公司、肉类加工有限公司 | slaughter sewage device info | 重点
farm | 农业 | 93:24 | 93:种植专业合作社、养殖专业合作社、农机专业合作社 | breed crop machine info | -
online | 互联网零售 | 91:12 | 91:电子商务有限公司 | online ad info price | -
service | 商务服务业 | 91:10 | 91:广告有限公司、咨询服务有限公司 | ad info | -
logistics | 仓储和物流 | 91:12 | 91:物流有限公司、仓储有限公司 | trade device chemical precursor info | -
society | 社会组织 | 51:10 53:4 | 51:餐饮行业协会、建材商会、家政服务协会 53:公益基金会 | fee | -
organ | 国家机关 | 11:6 | 11:街道办事处 | lift canteen | -
culture | 群众文化 | 12:6 | 12:文化馆、图书馆、体育馆 | lift public | -
sewage | 污水处理及其再生利用 | 91:5 | 91:污水处理有限公司、环境治理有限公司 | sewage waste trade info | 重点
lab | 专业技术服务业 | 91:6 | 91:检测技术有限公司、检验认证有限公司 | lab info | -
"""

#: First characters, second characters: no two names of the city share a word.
FIRST = "青澜岚栖汀屿霁砚霖苓茗槿柚棠沅汐芮荻蘅樾湄澄岑珞沚澍蓁昀泠霏崧砺筠菡"
SECOND = "葭萸柘榉椴枳蕨荇蓠菀芃茆岫坞埠浔渚圩垣畈"

#: Things and bodies without a number of their own:
#: agency | form | count | name with {w} for the word | prefix of the local number, or none | tags.
LOCAL = """
990100-STHJ | 工程项目 | 10 | 示例市{w}片区安置房建设项目 | GC-A | site
990100-STHJ | 工程项目 | 4 | 示例市{w}大道改造工程 | GC-B | site
990100-YJGL | 工程项目 | 8 | 示例市{w}物流园厂房建设项目 | XM | site
990100-WJW | 临时机构 | 3 | 示例市{w}赛事医疗卫生保障临时指挥部 | LS | medical
990100-WLJ | 临时机构 | 3 | 示例市{w}艺术节筹备办公室 | LS | show
990100-WLJ | 其他 | 4 | 示例市{w}流动演出队 | - | show
990100-NYNC | 自然人 | 10 | 示{p} | ZRR | breed crop
990100-NYNC | 其他 | 3 | 示例市{w}村集体养殖场 | - | breed
990100-WJW | 部队单位 | 2 | 示例市玄鸟{w}部队单位（虚构） | BD | water
990100-SCJG | 部队单位 | 2 | 示例市玄鸟{w}部队单位（虚构） | BD | lift
990100-SCJG | 临时机构 | 2 | 示例市{w}年货市集临时管理办公室 | LS | food_sale
"""
