"""Texts in traditional characters, or with signs that merely look right: read as if simplified, told as written.

The table holds the characters that plans are made of, one for one, so that offsets hold in both spellings.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from tracker.domain.drafts import Draft, PlanReading
from tracker.domain.indicators import IndicatorReading

_PAIRS = (
    "萬万與与專专業业叢丛東东兩两嚴严個个豐丰臨临為为麗丽舉举義义烏乌樂乐喬乔習习鄉乡書书買买亂乱爭争於于虧亏雲云產产親亲億亿僅仅從从倉仓儀仪們们價价眾众優优會会傘伞偉伟傳传傷伤倫伦偽伪體体餘余僱雇"
    "傭佣備备債债傾倾僑侨側侧償偿兒儿黨党蘭兰關关興兴養养獸兽內内岡冈冊册寫写軍军農农馮冯衝冲決决況况凍冻淨净準准減减鳳凤憑凭凱凯擊击劃划劉刘則则剛刚創创刪删別别劑剂劍剑勸劝辦办務务動动勵励勞劳勢势勝胜"
    "區区醫医華华協协單单賣卖盧卢衛卫廠厂廳厅歷历曆历厲厉壓压廁厕縣县參参雙双發发變变葉叶號号嘆叹聽听啟启員员吳吴呈呈咨咨響响嚮向問问喪丧團团園园圍围國国圖图圓圆聖圣場场壞坏塊块堅坚壇坛墳坟墊垫報报塵尘"
    "墻墙壯壮聲声處处備备複复復复夠够頭头夾夹奪夺奮奋獎奖婦妇媽妈孫孙學学寧宁實实寶宝審审憲宪宮宫寬宽賓宾對对尋寻導导將将爾尔層层屆届屬属歲岁島岛幣币帥帅師师帶带幫帮幹干並并廣广莊庄慶庆庫库應应廟庙廢废開开"
    "異异棄弃張张強强彈弹歸归當当錄录徹彻徑径從从徵征憶忆憂忧態态懷怀總总戀恋惡恶惠惠慣惯懸悬戶户執执擴扩掃扫揚扬撫抚搶抢護护擔担擬拟擁拥擇择掛挂據据換换揮挥損损搖摇撥拨擺摆攝摄攜携數数敵敌斂敛齋斋鬥斗斷断"
    "無无舊旧時时曠旷晝昼顯显曬晒曉晓暫暂術术機机殺杀雜杂權权條条來来楊杨極极構构槍枪標标棧栈樹树樣样橋桥檔档檢检業业歐欧歡欢殘残毀毁畢毕氣气漢汉湯汤溝沟沒没涼凉淚泪潔洁灑洒測测濟济渾浑濃浓濱滨滅灭漁渔滲渗"
    "溫温灣湾濕湿滿满漸渐潛潜瀾澜災灾爐炉點点煉炼燈灯燒烧熱热愛爱牆墙牽牵犧牺狀状獨独獻献獲获環环現现瑪玛電电畫画療疗監监盤盘盡尽睜睁礦矿碼码確确禮礼禍祸種种積积稱称穩稳窮穷競竞筆笔籌筹簽签簡简類类糧粮緊紧"
    "糾纠紅红級级紀纪約约純纯納纳紙纸紛纷組组細细終终紹绍經经結结給给絡络絕绝統统繼继績绩續续維维綜综綠绿線线練练編编縮缩繳缴網网罰罚罷罢職职聯联聰聪肅肃脫脱臟脏腦脑腳脚臺台艦舰藝艺節节範范薦荐藥药蘇苏處处"
    "蟲虫補补裝装製制見见規规視视覺觉覽览觀观觸触計计訂订認认討讨讓让訓训議议記记講讲許许論论設设訪访證证評评識识訴诉診诊詞词譯译試试詢询該该詳详語语誤误說说請请諸诸諾诺讀读課课調调談谈諮咨謀谋謝谢譽誉護护讚赞"
    "豎竖貝贝負负財财責责賢贤敗败貨货質质販贩貧贫購购貯贮貫贯貴贵貸贷貿贸費费賀贺資资賽赛賴赖贈赠贏赢趙赵趕赶躍跃踐践車车軌轨轉转輪轮軟软輕轻載载較较輔辅輛辆輸输轄辖邊边遷迁過过運运還还進进違违連连遲迟適适選选"
    "遺遗鄧邓鄭郑鄰邻醞酝釋释鑒鉴針针鐵铁鋼钢鎮镇鏈链銀银錢钱銷销鋪铺鎖锁鍵键長长門门閉闭問问間间闊阔閱阅隊队陽阳陰阴階阶際际陸陆陳陈險险隨随隱隐難难離离霧雾靈灵靜静頂顶項项順顺須须預预領领頻频題题額额顧顾願愿風风飛飞"
    "飯饭飲饮館馆駐驻駕驾驗验騙骗馬马驅驱魚鱼鮮鲜鳥鸟麥麦黃黄齊齐齡龄龍龙龐庞併并佈布採采迴回週周裏里後后徵征範范製制誌志鐘钟託托註注佔占嶺岭鹽盐鄂鄂績绩繫系係系薈荟滬沪瀘泸潰溃贛赣魯鲁遼辽濰潍鹹咸瓊琼棟栋"
    "衞卫爲为織织羣群營营賃赁衆众礎础達达牀床蓋盖儲储築筑遊游稅税汙污戰战裡里撐撑籤签篩筛崗岗礙碍話话嬰婴鑑鉴貼贴銜衔郵邮遠远欄栏壽寿賬账饋馈煙烟峯峰鞏巩暢畅腫肿樓楼趨趋匯汇繞绕賦赋懲惩輝辉閒闲綱纲輿舆遞递閲阅啓启輻辐慮虑畝亩"
    "蹤踪傑杰擾扰誰谁祕秘虛虚榮荣緩缓説说滯滞貢贡亞亚澇涝訊讯譜谱聞闻韓韩纜缆錯错陣阵戲戏呂吕糞粪洩泄脅胁鑄铸娛娱濤涛駛驶跡迹噸吨豔艳藍蓝鍾钟膠胶錫锡漣涟艱艰釐厘樞枢紐纽撲扑諉诿攤摊殯殡劇剧縱纵鍛锻頸颈誠诚奧奥纖纤壘垒頁页箋笺"
    "穎颖稈秆這这僞伪鵬鹏騷骚韌韧聾聋鬱郁癡痴邁迈隸隶廚厨飼饲繪绘紡纺滾滚鋒锋疊叠湧涌薊蓟諧谐溼湿橫横遙遥瞞瞒蔣蒋訟讼鳴鸣妝妆鏡镜驛驿鍋锅晉晋鉤钩飾饰嶽岳兌兑輯辑敘叙羅罗頃顷銘铭滄沧賈贾蠅蝇壩坝閣阁燁烨巖岩詐诈鈎钩敍叙頓顿締缔"
    "嶄崭頒颁綿绵帳帐鋁铝竇窦譚谭彥彦飄飘漲涨嘗尝嚇吓轟轰墜坠窪洼屍尸拋抛雖虽棗枣齲龋髒脏槓杠誦诵賞赏潤润戧戗絨绒齒齿瘡疮樁桩脈脉雛雏煩烦矯矫櫃柜懇恳襯衬幾几攬揽誇夸貶贬謂谓馳驰驕骄鶴鹤騰腾閻阎軒轩藺蔺堯尧閆闫俠侠瑩莹澤泽縫缝"
    "薔蔷塗涂濫滥疇畴窯窑攔拦峽峡鏽锈竈灶喫吃檻槛煥焕踴踊擋挡棲栖蹟迹絲丝繡绣鑽钻鍊链鍍镀鉑铂鈉钠鋰锂鈣钙鉛铅銅铜鋸锯鏟铲貓猫豬猪鴨鸭鵝鹅鯉鲤鱷鳄閘闸閥阀闡阐潑泼瀝沥滌涤澆浇濁浊燦灿爍烁獵猎璽玺癢痒瘋疯盜盗瞭了磚砖禪禅穀谷窩窝"
    "竊窃箏筝篤笃籃篮糰团綁绑綏绥綢绸緝缉緣缘緯纬縉缙縷缕繭茧罵骂羨羡翹翘聳耸膚肤膽胆艙舱蒼苍蓮莲蔥葱蕭萧蕪芜薩萨蘊蕴虜虏蝕蚀褲裤襲袭訖讫誼谊諒谅謙谦謹谨譏讥豈岂賄贿賠赔贓赃趲趱軋轧軸轴輒辄輥辊轎轿辯辩辭辞遜逊邏逻鄲郸鄺邝醬酱"
    "釀酿鈔钞鉗钳銳锐錦锦錨锚鎊镑鎳镍鏞镛鐮镰鑲镶閩闽闆板闖闯隴陇雞鸡靂雳鞦秋韻韵頌颂頑顽頗颇顏颜顫颤颱台飢饥飽饱餅饼餓饿馴驯駁驳駱骆騎骑驚惊驟骤骯肮髮发鬆松鬧闹鬮阄鯨鲸鰱鲢鴻鸿鷗鸥鷹鹰鹼碱黌黉鼴鼹齣出龕龛龜龟"
)
_LOOK_ALIKES = (
    "\u2236：\ua789：\ufe55：\ufe30：\ufe54；\ufe50，\uff64、\ufe51、\uff61。\ufe59（\ufe5a）\u2768（\u2769）"
)
"""Signs that input methods, fonts and scanners put for those of Chinese text, each with the one that is meant."""

_TABLE = {
    ord(pairs[at]): pairs[at + 1]
    for pairs in (_PAIRS, _LOOK_ALIKES)
    for at in range(0, len(pairs), 2)
    if pairs[at] != pairs[at + 1]
}
_SIGNS = {ord(_LOOK_ALIKES[at]): _LOOK_ALIKES[at + 1] for at in range(0, len(_LOOK_ALIKES), 2)}
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
"""The Kangxi radicals, which copies from PDF files have for the characters themselves (U+2F54 for 水)."""

_MEANT = _SIGNS | _RADICALS
"""What names and titles are told with, other than traditional characters: 市水利局 whatever its first sign."""

_TABLE |= {code: _TABLE.get(ord(char), char) for code, char in _RADICALS.items()}
_ANY = re.compile(f"[{''.join(map(chr, _TABLE))}]")
_BEFORE = 2000
"""A draft's title and names are looked for in its quote and in so many characters before it."""


def simplified(text: str) -> str:
    """The text with traditional characters made simplified and signs made those meant, one code point for one."""
    return text.translate(_TABLE) if _ANY.search(text) else text


def as_written(plan: PlanReading, text: str, plain: str) -> PlanReading:
    """The plan read from ``plain`` = ``simplified(text)``, its quotes, names and titles spelt as ``text`` has them."""
    meant = text.translate(_MEANT)
    head = _Spelling(meant, plain, plan.start, min(plan.end, plan.start + _BEFORE))
    return replace(
        plan,
        title=head.of(plan.title),
        number=head.of(plan.number) if plan.number else None,
        issuer=head.of(plan.issuer) if plan.issuer else None,
        drafts=tuple(_draft_as_written(draft, text, meant, plain) for draft in plan.drafts),
        indicators=tuple(_indicator_as_written(one, meant, plain) for one in plan.indicators),
    )


def _draft_as_written(draft: Draft, text: str, meant: str, plain: str) -> Draft:
    here = _Spelling(meant, plain, max(0, draft.start - _BEFORE), draft.end)
    return replace(
        draft,
        title=here.of(draft.title),
        path=tuple(here.of(step) for step in draft.path),
        quote=text[draft.start : draft.end],
        units=tuple(replace(unit, name=here.of(unit.name)) for unit in draft.units),
        deadline=replace(draft.deadline, text=here.of(draft.deadline.text) if draft.deadline.text else None),
        milestones=tuple(replace(stone, text=here.of(stone.text)) for stone in draft.milestones),
    )


def _indicator_as_written(indicator: IndicatorReading, text: str, plain: str) -> IndicatorReading:
    here = _Spelling(text, plain, max(0, indicator.start - _BEFORE), indicator.end)
    return replace(
        indicator,
        name=here.of(indicator.name),
        category=here.of(indicator.category),
        measure=here.of(indicator.measure) if indicator.measure else None,
        base=here.of(indicator.base) if indicator.base else None,
        target=here.of(indicator.target) if indicator.target else None,
        growth=here.of(indicator.growth) if indicator.growth else None,
        units=tuple(here.of(name) for name in indicator.units),
    )


class _Spelling:
    """How words found in a stretch of the simplified text are spelt in the text itself."""

    def __init__(self, text: str, plain: str, start: int, end: int) -> None:
        self._written, self._plain = text[start:end], plain[start:end]

    def of(self, words: str) -> str:
        """The words as written; those that were put together from several places stay simplified."""
        at = self._plain.rfind(words)
        return words if at < 0 else self._written[at : at + len(words)]
