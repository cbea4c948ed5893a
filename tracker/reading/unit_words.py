"""The words that unit names are made of. No name of any place is here: only how names end and begin."""

from __future__ import annotations

import re
from functools import lru_cache

_MOST_NAMES = 4096
"""How many names are remembered with what they are: a plan names the same few hundred units again and again."""

_OFFICES = (
    "局|委|办|厅|部|院|署|处|科|股|所|站|社|校|队|中心|政府|管委会|管理委员会|委员会|办公室|办公厅|工委|党委|党组|党总支|总支|党支部|支部|纪委|监委|政法委|编办|网信办"
    "|法院|检察院|检察厅|公安厅|支队|大队|总队|中队|分局|指挥部|领导小组|专班|组|联席会议|调查队|调度中心|督查室|研究室|信访室|室"
)
_BODIES = (
    "公司|集团|银行|支行|分行|总行|农商行|信用社|联社|海关|保险|证券|营业部|供电|电信|移动|联通|铁塔|邮政|烟草|石油|石化|燃气|热力|水务|铁路|车务段|工务段|机务段|供电段|电务段|机场|车站|北站|电台"
    "|工会|团委|团市委|团省委|团县委|团区委|团州委|妇联|残联|科协|侨联|文联|社科联|工商联|红十字会|供销社|贸促会|证监会|银保监会|协会|学会|商会|研究会|联合会|总会|基金会|理事会|分会|志愿者"
    "|大学|学院|学校|党校|[中职]专|职高|中学|小学|幼儿园|高中|医院|卫生院|疾控|血站|图书馆|文化馆|博物馆|档案馆|美术馆|体育馆|展览馆|馆|报社|日报|电视台|广播台|出版社|传媒|网站"
    "|团中央|(?:民革|民盟|民建|民进|农工党|致公党|九三学社|台盟|妇联|文联|作协|科协)中央"
    "|民革|民盟|民建|民进|农工党|致公党|九三学社|台盟|军分区|武装部|武警|兵团|部队|农场|林场|管理区|国网[\u4e00-\u9fff]{2,6}电力|电网|煤矿|矿山|电厂|水厂|污水厂|污水处理厂|加工厂|试验室|协作队伍|车间|项目部|(?<![体关联谱水谱派])系|讲师团|宣讲团|剧团|艺术团"
)
_PLACES = (
    "县|区|市|州|盟|旗|省|镇|乡|街道|办事处|社区|自治区|直辖市|村|村委会|居委会|园区|开发区|新区|高新区"
    "|经开区|示范区|试验区|保税区|度假区|景区|功能区|综保区|科技城|新城|生态城|小镇"
    "|片区|各地|基地|镇街|乡街|团场|农牧场|牧场|连队|苏木|嘎查|\\d+团"
)
_KINDS = (
    "部门|单位|机构|企业|[央国民外房车药]企|码头|商超"
    "|组织|团体|平台|科室|处室|股室|战线|成员|主体|院校|高校|机关|会员|各界|方面|运营商|成员单位"
)

_ENDING = re.compile(rf"(?:{_OFFICES}|{_BODIES}|{_PLACES}|{_KINDS})$")
_OFFICE_ENDING = re.compile(rf"(?:{_OFFICES})$")
_BODY = re.compile("(?:公司|集团|大学|学院|学校|医院|银行|分行|支行|海关|中心|研究院|总队|支队|大队|分局)$")
_BARE_ENDING = re.compile(
    "(?:分|支|总)行|营业管理部|管委会|管理委员会|委员会|(?:人民)?政府|(?:监管|监督)?(?:分局|支局)|(?:监督)?管理[局处]|监管局|保障局"
    "|(?:有限|有限责任|股份|分|支|供电|集团)?公司|集团|[大支总]队|领导小组|指挥部|联席会议"
    "|(?:经营|生产|运营|建设|施工|管理|使用|产权)(?:企业|单位)"
)
_SHORTEST_BODY = 4
_BRACKET_AT_END = re.compile(r"(?:[（(〈〔【\[［][^（()）〈〉〔〕【】\[\]［］]*[)）〉〕】\]］])+$")
_NOT_ENDING = re.compile(
    r"(?:全市|全省|全县|全区|城市|超市|股市|上市|(?<![各关部])地区|社区建设|灾区|(?<!安)全部|内部|外部|干部|总部|局部|一部|幼儿园区|农村|新农村|乡村|全村|主办|(?<!政)协办|承办|督办|举办|交办|(?<!委)会办|经办|代办|到位|市场主体|重组|分组|编组|改组|机组|班组)$"
)
_SPECIFIC = re.compile(
    r"^(?:国务院|全国|最高人民|省|市|县|区|州|盟|旗|镇|乡|各|有关|相关|国家|自治区|中国|中央|团|驻|本|街道|国网|人行|人民|其他|全体)|(?:省|市|县|区|州|盟|旗|镇|乡)"
)

ADMIN = (
    r"(?:自治区|直辖市|自治州|省|市|州|盟|县|区|旗|乡|镇|街道|乡镇|镇街|街镇|县区|市县|区县|镇乡|园区|开发区"
    r"|功能区|新区|自治县|县级市|设区市|设区的市|地级市|市辖区|市州|管理区)"
)
_ADMIN_SET = rf"(?:{ADMIN}|[（(](?:{ADMIN}|[、，,/])+[)）])+"
COLLECTIVE_HEAD = re.compile(rf"(?:各|各有关|相关|有关)?(?:级)?{_ADMIN_SET}")
COLLECTIVE_TAIL = re.compile(rf"{_ADMIN_SET}(?:级)?(?:(?:人民)?政府|党委(?:和)?政府|办事处|人民政府办公室)?")
ONLY_ADMIN = re.compile(rf"(?:{ADMIN}|[、，,/])+")

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
    "汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈房喻解蒲卫简时连车项闵邬吉党阳司费蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢桂窦郁缪畅巩卓褚栾戚全娄甄郎池丛边岑农苟迟保商臧佘卞虞刁冷应匡栗仇练楚揭师官佟封燕桑巫敖原植邝仲荆储宗楼干苑寇盖南屠鞠荣井乐银奚明麻雍花闻冼木郜廉衣蔺和冀占公门帅利满"
)
_PERSON = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")
_SPACED_PERSON = re.compile(rf"[{_SURNAMES}][ \u3000]+[\u4e00-\u9fff]")
_OFFICIAL = re.compile(
    r"(?:同志|(?:副)?(?:市长|县长|区长|省长|州长|镇长|乡长|局长|厅长|处长|科长|主任|书记|主席|部长|院长|校长|所长|站长|行长|经理|队长|秘书长|总工程师|调研员|巡视员|委员长|负责同志|负责人|主要领导|分管领导|领导|县级干部))$"
)


@lru_cache(maxsize=_MOST_NAMES)
def looks_like_unit(name: str) -> bool:
    """Whether the name ends as names of organs, bodies, places or kinds of units do."""
    head = _BRACKET_AT_END.sub("", name)
    return len(head) > 1 and bool(_ENDING.search(head)) and not _NOT_ENDING.search(head)


def is_bare_ending(name: str) -> bool:
    """Whether the words only end a name (分行, 管委会, 监管分局): no unit is called so, it must be said whose it is."""
    return bool(_BARE_ENDING.fullmatch(name))


def is_office(name: str) -> bool:
    """Whether the name ends as offices do (局, 委, 办, 中心 …), though it may not say whose office it is."""
    return looks_like_unit(name) and bool(_OFFICE_ENDING.search(name))


def is_body(name: str) -> bool:
    """Whether the name is that of a company, a school, a hospital, a bank: a name of its own."""
    return len(name) >= _SHORTEST_BODY and bool(_BODY.search(name)) and looks_like_unit(name)


@lru_cache(maxsize=_MOST_NAMES)
def is_surely_unit(name: str) -> bool:
    """Whether the name also says whose unit it is (市…, 各…, 有关…): enough to stand without a label."""
    return looks_like_unit(name) and bool(_SPECIFIC.search(name))


@lru_cache(maxsize=_MOST_NAMES)
def is_person(name: str) -> bool:
    """Whether the name is a person's or a post's: a surname and one or two characters, or it ends in 局长, 同志 …"""
    if _SPACED_PERSON.fullmatch(name.strip()):
        return True
    return bool(_OFFICIAL.search(name)) or (bool(_PERSON.fullmatch(name)) and not looks_like_unit(name))
