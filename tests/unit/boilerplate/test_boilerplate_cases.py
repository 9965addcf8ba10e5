# ruff: noqa: E501 -- stories stand in whole lines
"""Own-written cases, agency by agency and language by language; every story here is invented."""

from datetime import date

import pytest

from pipeline.boilerplate import clean_text

LEAD = (
    "The foreign ministers of both countries opened two days of talks on Wednesday on fishing rights in the strait, "
    "the first such meeting since the treaty lapsed three years ago."
)
SECOND = (
    "Officials said the delegations had agreed to set up a joint commission, which is to present its proposals before "
    "the end of the year."
)
THIRD = "A second round is planned for the spring, according to people familiar with the preparations for the meeting."
STORY = f"{LEAD}\n\n{SECOND}\n\n{THIRD}"
BLOB = f"{LEAD} {SECOND} {THIRD} {LEAD} {SECOND}"

BODIES = {
    "en": (LEAD, SECOND),
    "de": (
        "Die Außenminister beider Länder haben am Mittwoch ihre Gespräche über die Fischerei in der Meerenge aufgenommen, "
        "das erste Treffen seit drei Jahren.",
        "Beide Seiten wollen nach Angaben aus Delegationskreisen eine gemeinsame Kommission einsetzen, die noch in diesem "
        "Jahr Vorschläge vorlegen soll.",
    ),
    "fr": (
        "Les ministres des Affaires étrangères des deux pays ont entamé mercredi deux jours de discussions sur la pêche "
        "dans le détroit, les premières depuis trois ans.",
        "Les délégations sont convenues de créer une commission commune, qui doit remettre ses propositions avant la fin "
        "de cette année, selon une source diplomatique.",
    ),
    "es": (
        "Los ministros de Exteriores de ambos países comenzaron este miércoles dos días de conversaciones sobre la pesca "
        "en el estrecho, las primeras en tres años.",
        "Las delegaciones acordaron crear una comisión conjunta que debe presentar sus propuestas antes de que termine el "
        "año, según fuentes diplomáticas.",
    ),
    "pt": (
        "Os ministros dos Negócios Estrangeiros dos dois países iniciaram na quarta-feira dois dias de conversações sobre "
        "a pesca no estreito, as primeiras em três anos.",
        "As delegações concordaram em criar uma comissão conjunta, que deve apresentar as suas propostas antes do fim do "
        "ano, segundo fontes diplomáticas.",
    ),
    "it": (
        "I ministri degli Esteri dei due Paesi hanno avviato mercoledì due giorni di colloqui sulla pesca nello stretto, i "
        "primi da tre anni a questa parte.",
        "Le delegazioni hanno concordato di istituire una commissione congiunta, che dovrà presentare le sue proposte entro "
        "la fine dell'anno, secondo fonti diplomatiche.",
    ),
    "ru": (
        "Министры иностранных дел двух стран начали в среду двухдневные переговоры о рыболовстве в проливе, первые за три "
        "последних года.",
        "Делегации договорились создать совместную комиссию, которая должна представить свои предложения до конца года, "
        "сообщил источник в дипломатических кругах.",
    ),
    "id": (
        "Para menteri luar negeri kedua negara memulai perundingan dua hari pada Rabu tentang hak menangkap ikan di selat "
        "itu, yang pertama dalam tiga tahun.",
        "Kedua delegasi sepakat membentuk komisi bersama yang akan menyampaikan usulannya sebelum akhir tahun, menurut "
        "sumber diplomatik di ibu kota.",
    ),
    "ar": (
        "بدأ وزيرا خارجية البلدين يوم الأربعاء محادثات تستمر يومين بشأن حقوق الصيد في المضيق، وهي الأولى منذ ثلاث سنوات "
        "بعد انتهاء المعاهدة.",
        "واتفق الوفدان على تشكيل لجنة مشتركة من المقرر أن تقدم مقترحاتها قبل نهاية العام، وفق ما ذكرت مصادر دبلوماسية في "
        "العاصمة.",
    ),
    "ja": (
        "両国の外相は水曜日、海峡での漁業権をめぐる二日間の協議を始めた。こうした会合は三年前に条約が失効して以来初めてで、首都の迎賓館で開かれている。"
        "協議は木曜日まで続く見通しだと関係者は述べた。",
        "双方の代表団は合同委員会を設けることで一致し、委員会は年末までに提案をまとめる予定だと関係者は話している。次の会合は来春に相手国の首都で"
        "開かれる方向で調整が進んでいる。",
    ),
    "ko": (
        "양국 외교장관은 수요일 해협 어업권을 둘러싼 이틀간의 협의를 시작했다. 이런 회동은 삼 년 전 조약이 만료된 이후 처음으로 수도의 영빈관에서 "
        "열리고 있다고 관계자가 말했다.",
        "양측 대표단은 공동위원회를 두기로 합의했으며 위원회는 연말까지 제안을 내놓을 예정이라고 관계자는 전했다. 다음 회동은 내년 봄 상대국 수도에서 "
        "열리는 쪽으로 조율되고 있다.",
    ),
    "zh": (
        "两国外长星期三就海峡捕鱼权开始为期两天的会谈，这是三年前条约失效以来的首次此类会晤，会谈在首都国宾馆举行，预计持续到星期四，双方随行官员也"
        "出席了会谈。",
        "双方代表团同意成立联合委员会，委员会将在年底前提出建议，知情人士说，下一轮会谈计划明年春天在对方首都举行，具体日期仍在协调之中，将另行"
        "公布。",
    ),
}

DATELINES = [
    ("LONDON (Reuters) - ", "LONDON", None, "Reuters"),
    ("LONDON, Jan 14 (Reuters) - ", "LONDON", "2026-01-14", "Reuters"),
    ("GENEVA/KYIV, Jan 14 (Reuters) - ", "GENEVA/KYIV", "2026-01-14", "Reuters"),
    ("WASHINGTON (AP) — ", "WASHINGTON", None, "AP"),
    ("WASHINGTON (AP) -- ", "WASHINGTON", None, "AP"),
    ("KYIV, Ukraine (AP) — ", "KYIV, Ukraine", None, "AP"),
    ("Paris, Jan 14, 2026 (AFP) - ", "Paris", "2026-01-14", "AFP"),
    ("Paris (AFP) – ", "Paris", None, "AFP"),
    ("Nara, Jan. 14 (Jiji Press)–", "Nara", "2026-01-14", "Jiji Press"),
    ("Tokyo, Jan. 14 (Jiji Press)--", "Tokyo", "2026-01-14", "Jiji Press"),
    ("TOKYO, Jan. 14 (Kyodo) - ", "TOKYO", "2026-01-14", "Kyodo"),
    ("SEOUL, Jan. 14 (Yonhap) -- ", "SEOUL", "2026-01-14", "Yonhap"),
    ("BEIJING, Jan. 14 (Xinhua) -- ", "BEIJING", "2026-01-14", "Xinhua"),
    ("MOSCOW, January 14. /TASS/. ", "MOSCOW", "2026-01-14", "TASS"),
    ("MOSCOW. Jan 14 (Interfax) - ", "MOSCOW", "2026-01-14", "Interfax"),
    ("Berlin (dpa) - ", "Berlin", None, "dpa"),
    ("ROME, JAN 14 - ", "ROME", "2026-01-14", None),
    ("PUTRAJAYA, Nov 22 — ", "PUTRAJAYA", "2025-11-22", None),
    ("DUBLIN — ", "DUBLIN", None, None),
    ("NEW YORK – ", "NEW YORK", None, None),
    ("OTTAWA - ", "OTTAWA", None, None),
    ("Jakarta (ANTARA) - ", "Jakarta", None, "ANTARA"),
    ("New Delhi, Jan 14 (PTI) ", "New Delhi", "2026-01-14", "PTI"),
    ("ANKARA (AA) - ", "ANKARA", None, "AA"),
    ("Lisbon, Dec. 30, 2025 (Lusa) - ", "Lisbon", "2025-12-30", "Lusa"),
]
FOREIGN_DATELINES = [
    ("de", "Berlin (dpa) - ", "Berlin", None, "dpa"),
    ("de", "Wien, 14. Januar (APA) - ", "Wien", "2026-01-14", "APA"),
    ("fr", "Paris, 14 janv 2026 (AFP) - ", "Paris", "2026-01-14", "AFP"),
    ("es", "Madrid, 14 ene (EFE).- ", "Madrid", "2026-01-14", "EFE"),
    ("pt", "Lisboa, 14 jan 2026 (Lusa) – ", "Lisboa", "2026-01-14", "Lusa"),
    ("it", "(ANSA) - ROMA, 14 GEN - ", "ROMA", "2026-01-14", "ANSA"),
    ("ru", "МОСКВА, 14 янв - РИА Новости. ", "МОСКВА", "2026-01-14", "РИА Новости"),
    ("ru", "МОСКВА, 14 января. /ТАСС/. ", "МОСКВА", "2026-01-14", "ТАСС"),
    ("id", "Jakarta (ANTARA) - ", "Jakarta", None, "ANTARA"),
    ("id", "JAKARTA, KOMPAS.com - ", "JAKARTA", None, "KOMPAS.com"),
    ("ar", "القاهرة (رويترز) - ", "القاهرة", None, "رويترز"),
    ("ar", "الرياض 14 يناير 2026 (واس) ", "الرياض", "2026-01-14", "واس"),
    ("ja", "【北京時事】", "北京", None, "時事"),
    ("ja", "【ソウル共同】", "ソウル", None, "共同"),
    ("ja", "［東京　１月１４日　ロイター］ - ", "東京", "2026-01-14", "ロイター"),
    ("ko", "(서울=연합뉴스) 홍길동 기자 = ", "서울", None, "연합뉴스"),
    ("zh", "新华社北京1月14日电（记者张三）", "北京", "2026-01-14", "新华社"),
    ("zh", "新华社北京1月14日电 ", "北京", "2026-01-14", "新华社"),
]

TAILS = [
    "(Reporting by Ann Other; Editing by Sam One)",
    "(Reporting by Ann Other in London and Bo Dee in Oslo; Writing by Cy Vee; Editing by Sam One and Di Two)",
    "(Additional reporting by Bo Dee; Editing by Sam One)",
    "(Writing by Ann Other)",
    "(Editing by Sam One)",
    "Reporting by Ann Other; Editing by Sam One",
    "[Reporting by Ann Other; editing by Sam One]",
    "(Compiled by the Oslo newsroom; Editing by Sam One)",
    "The Associated Press contributed to this report.",
    "Associated Press writer Ann Other in Oslo contributed to this report.",
    "—Ann Other in Oslo and Bo Dee in Bergen contributed to this report.",
    "With files from The Canadian Press",
    "(With inputs from agencies)",
    "This report by The Canadian Press was first published Jan. 14, 2026.",
    "(This story has not been edited by our staff and is auto-generated from a syndicated feed.)",
    "END [Copyright The Agency, Ltd.]",
    "[Copyright The Agency, Ltd.]",
    "Copyright 2026 The Agency. All rights reserved.",
    "© 2026 AFP",
    "(c) Copyright The Agency 2026",
    "All rights reserved. This material may not be published, broadcast, rewritten or redistributed without permission.",
    "-30-",
    "- 30 -",
    "###",
    "ENDIT",
    "END",
    "(END)",
    "Enditem",
    "__",
    "***",
    "(MORE)",
    "More to come",
    "Our Standards: The Thomson Reuters Trust Principles.",
    "==Kyodo",
    "ann/bo/cy",
    "(끝)",
    "（完）",
    "(责任编辑：张三)",
    "© RIPRODUZIONE RISERVATA",
    "Alle Rechte vorbehalten",
    "Tous droits réservés",
    "&#3;",
]

ENDINGS = [
    "END [Copyright The Agency, Ltd.]",
    "(Reporting by Ann Other; Editing by Sam One)",
    "[Copyright The Agency, Ltd.]",
    "(Copyright 2026 The Agency)",
    "-30-",
    "ENDIT",
    "END",
    "(END)",
    "###",
    "Enditem",
    "==Kyodo",
    "(Additional reporting by Bo Dee; Editing by Sam One)",
]

HEADINGS = {
    "en": ["Don't Miss", "Related Articles", "READ NEXT", "Most Read:", "You may also like"],
    "ja": ["関連記事", "あわせて読みたい", "おすすめ記事"],
    "ko": ["관련기사", "많이 본 뉴스", "추천뉴스"],
    "de": ["Lesen Sie auch", "Mehr zum Thema", "Das könnte Sie auch interessieren"],
    "fr": ["À lire aussi", "Sur le même sujet", "Les plus lus"],
    "es": ["Lee también", "Noticias relacionadas", "Te puede interesar"],
    "pt": ["Leia também", "Notícias relacionadas", "Mais lidas"],
    "it": ["Leggi anche", "Articoli correlati", "I più letti"],
    "ru": ["Читайте также", "Материалы по теме", "Популярное"],
    "zh": ["相关阅读", "推荐阅读", "延伸阅读"],
    "ar": ["اقرأ أيضا", "أخبار ذات صلة", "الأكثر قراءة"],
    "id": ["Baca juga", "Berita terkait", "Terpopuler"],
}

SLUGS = [
    "BC-EU--Strait Talks, 1st Ld-Writethru",
    "STRAIT-TALKS/FISH (URGENT, PIX)",
    "URGENT",
    "BULLETIN",
    "Eds: UPDATES with comment from the minister.",
    "(Adds comment by the minister, paragraph 4)",
    "(Corrects spelling of the minister's name in paragraph 2)",
    "EMBARGOED UNTIL 0600 GMT",
    "AP-WF-01-14-26 0512GMT",
    "&#5;&#5;&#5;",
    "FLASH",
    "350 words",
]

PROMPTS = [
    "READ MORE: Harbour town waits for the ferry that never came",
    "Read more: Harbour town waits for the ferry",
    "Also read: Harbour town waits for the ferry",
    "Sign up for our newsletter to get the day's top stories in your inbox.",
    "Advertisement",
    "ADVERTISEMENT",
    "Article continues below",
    "Share this article",
    "Lesen Sie auch: Hafenstadt wartet auf die Fähre",
    "Lee también: La ciudad portuaria espera el ferri",
    "À lire aussi : La ville attend le ferry",
    "Leggi anche: La città aspetta il traghetto",
    "Leia também: A cidade espera pela balsa",
    "Читайте также: Город ждет паром",
    "Baca juga: Kota pelabuhan menunggu feri",
]

DATE_LINES = [
    ("14 Gennaio 2026", "2026-01-14"),
    ("January 14, 2026", "2026-01-14"),
    ("14 January 2026", "2026-01-14"),
    ("Wednesday, 14 January 2026", "2026-01-14"),
    ("Published: Jan. 14, 2026, 5:12 p.m. EST", "2026-01-14"),
    ("14. Januar 2026, 12:30 Uhr", "2026-01-14"),
    ("Publié le 14 janvier 2026 à 18h30", "2026-01-14"),
    ("14 de enero de 2026", "2026-01-14"),
    ("14 de janeiro de 2026", "2026-01-14"),
    ("14 января 2026", "2026-01-14"),
    ("2026年1月14日 17:30", "2026-01-14"),
    ("2026년 1월 14일", "2026-01-14"),
    ("2026-01-14", "2026-01-14"),
    ("14 Januari 2026", "2026-01-14"),
    ("14 يناير 2026", "2026-01-14"),
]

KEPT_WHOLE = {
    "an article about newsletters": (
        "Newsletters have become the main source of income for many small publishers, a survey of 400 editors found on "
        "Monday.\n\nMost of those asked said readers who sign up for a newsletter stay twice as long as others, and that "
        "they pay more often.\n\nThe survey was carried out by two universities in the autumn and covers nine countries."
    ),
    "a quote that begins with read more": (
        f"{LEAD}\n\n“Read more books and fewer treaties,” the minister told students at the university before the talks, to "
        f"much laughter from the audience.\n\n{THIRD}"
    ),
    "a last sentence that says don't miss": (
        f"{LEAD}\n\n{SECOND}\n\nAsked what visitors should see first, the mayor pointed to the harbour and said: “Don't miss "
        "the old fish market.”"
    ),
    "a story about an advertisement": (
        f"{LEAD}\n\nThe advertisement, which ran in three newspapers, called on the ministers to share the waters of the "
        f"strait fairly.\n\n{THIRD}"
    ),
    "a story about copyright": (
        "The court ruled on Friday that copyright in the recordings had passed to the heirs of the singer, ending a dispute "
        f"that began in 1998.\n\n{SECOND}\n\n{THIRD}"
    ),
    "a correspondent named in the text": (
        f"{LEAD}\n\nReporting by two newspapers had suggested that the ministers would not meet at all, a claim that both "
        f"governments denied at the time.\n\n{THIRD}"
    ),
    "a date within a sentence": f"On Jan. 14 the ministers met for the first time in the border town.\n\n{SECOND}\n\n{THIRD}",
    "a dash after a common noun": f"The ministers - both of them new to office - met in the border town.\n\n{SECOND}\n\n{THIRD}",
    "one paragraph": LEAD,
    "a blob": BLOB,
    "two sentences": "The ministers met. They agreed on nothing.",
    "quotes": (
        f"{LEAD}\n\n“We have come a long way,” she said. “We have some way to go.”\n\n“Nobody doubts that,” he replied, and "
        f"both of them smiled for the cameras.\n\n{THIRD}"
    ),
    "an aside in parentheses": f"{LEAD}\n\n{SECOND} (The treaty was signed in 1987.)\n\n{THIRD}",
    "an abbreviation at the end": f"{LEAD}\n\n{SECOND}\n\nThe minister had earlier met officials of the U.N. and the E.U.",
    "comments on a bill": (
        "The government received 1,200 comments on the fisheries bill, more than on any other bill this year, the ministry "
        f"said.\n\n{SECOND}\n\n{THIRD}"
    ),
    "a word for social media": (
        f"{LEAD}\n\nThe minister shared a photograph of the meeting on Facebook and wrote that the mood had been good "
        f"throughout the day.\n\n{THIRD}"
    ),
}


@pytest.mark.parametrize(("dateline", "place", "day", "agency"), DATELINES, ids=[case[0] for case in DATELINES])
def test_a_dateline_leaves_the_text_and_is_given(
    dateline: str, place: str, day: str | None, agency: str | None
) -> None:
    clean = clean_text(dateline + STORY, published=date(2026, 1, 14))
    assert clean.text == STORY
    assert clean.dateline is not None
    assert (clean.dateline.place, clean.dateline.date, clean.dateline.agency) == (place, day, agency)


@pytest.mark.parametrize(
    ("language", "dateline", "place", "day", "agency"), FOREIGN_DATELINES, ids=[case[1] for case in FOREIGN_DATELINES]
)
def test_a_dateline_of_another_language_is_given(
    language: str, dateline: str, place: str, day: str | None, agency: str | None
) -> None:
    story = "\n\n".join(BODIES[language])
    clean = clean_text(dateline + story, published=date(2026, 1, 14))
    assert clean.text == story
    assert clean.dateline is not None
    assert (clean.dateline.place, clean.dateline.date, clean.dateline.agency) == (place, day, agency)


@pytest.mark.parametrize("tail", TAILS)
def test_a_wire_tail_goes(tail: str) -> None:
    assert clean_text(f"{STORY}\n\n{tail}").text == STORY


@pytest.mark.parametrize(
    "last",
    [f"{SECOND} EFE", f"{SECOND} (ANSA).", f"{SECOND} PTI ABC DEF", f"{SECOND} (dpa)", f"{SECOND}\n\nab-cd/ef/gh"],
)
def test_an_agencys_name_behind_the_last_sentence_goes(last: str) -> None:
    assert clean_text(f"{LEAD}\n\n{last}").text == f"{LEAD}\n\n{SECOND}"


@pytest.mark.parametrize("name", ["BBC", "(BBC)", "the Associated Press"])
def test_an_agencys_name_within_the_last_sentence_stays(name: str) -> None:
    text = f"{LEAD}\n\nThe delegations left without a word to anybody, as their hosts told a reporter of {name}."
    assert clean_text(text).text == text


def test_a_dateline_may_lack_a_place() -> None:
    clean = clean_text(f"Jan 14 (Reuters) - {STORY}", published=date(2026, 1, 14))
    assert clean.text == STORY
    assert clean.dateline is not None
    assert (clean.dateline.place, clean.dateline.date, clean.dateline.agency) == (None, "2026-01-14", "Reuters")


def test_a_last_paragraph_without_a_stop_is_no_heading() -> None:
    text = f"{LEAD}\n\nThe delegations left in the evening. Their hosts said nothing on what had been agreed"
    assert clean_text(f"{text}\n\nSign up for our newsletter").text == text


RIGHTS = {
    "en": "The information in this dispatch may not be republished or broadcast without our written consent.",
    "en material": "No part of this report may be copied, stored or passed on without the prior permission of the agency.",
    "en short": "Reproduction in whole or in part without permission is prohibited.",
    "de": "Nachdruck und Weiterverbreitung dieser Meldung nur mit schriftlicher Genehmigung der Agentur.",
    "fr": "Toute reproduction de cette dépêche, même partielle, est interdite sans l'accord écrit de l'agence.",
    "es": "Queda prohibida la reproducción de este despacho sin la autorización de la agencia.",
    "pt": "É proibida a reprodução deste despacho sem a autorização da agência.",
    "it": "È vietata la riproduzione di questo dispaccio senza il consenso dell'agenzia.",
    "ru": "Перепечатка сообщений агентства допускается только с его письменного разрешения.",
    "zh": "未经本社书面授权，任何媒体不得转载本稿件。",
    "ja": "本記事の無断転載を禁じます。",
    "ko": "이 기사의 무단 전재와 재배포를 금지합니다.",
    "ar": "لا يجوز إعادة نشر هذا الخبر من دون إذن خطي من الوكالة.",
    "id": "Dilarang mengutip berita ini tanpa izin tertulis dari kantor berita.",
}


@pytest.mark.parametrize("language", RIGHTS)
def test_a_notice_of_rights_behind_the_story_goes_in_whatever_words(language: str) -> None:
    story = "\n\n".join(BODIES.get(language, BODIES["en"]))
    clean = clean_text(f"{story}\n\n{RIGHTS[language]}")
    assert clean.text == story
    assert clean.spans[-1].label == "copyright"


@pytest.mark.parametrize(
    "sentence",
    [
        "The report may not be published without the consent of both governments, a spokesman said on Thursday evening.",
        "All material from the archive must be returned to the ministry, which gave no permission for a copy, by Friday.",
        "Any fish that is caught in the strait without a permit may not be sold, the two ministers wrote in a joint letter.",
        "Reproduction of the treaty's maps was forbidden for thirty years, and only the two navies were given copies of them.",
    ],
)
def test_a_sentence_on_what_may_not_be_published_stays(sentence: str) -> None:
    text = f"{LEAD}\n\n{SECOND}\n\n{sentence}"
    assert clean_text(text).text == text


@pytest.mark.parametrize("dash", ["--", "-", "_", "–"])
def test_a_town_in_capitals_and_its_country_make_a_dateline_of_an_agency_unheard_of(dash: str) -> None:
    clean = clean_text(f"PORT HALVARD, Norland (MP) {dash} {STORY}")
    assert clean.text == STORY
    assert clean.dateline is not None
    assert (clean.dateline.place, clean.dateline.agency) == ("PORT HALVARD, Norland", "MP")


WRAPPED = """\
Ministers Take Up Fishing Talks in the Strait
BC-Strait-Fishing
Jan 14, 2026 18:20 CET
By ANN OTHER

PORT HALVARD, Norland (MP) -- The foreign ministers of both countries opened
two days of talks on Wednesday on fishing rights in the strait, the first
such meeting since the treaty lapsed three years ago.

Officials said the delegations had agreed to set up a joint commission, which
is to present its proposals before the end of the year.

No second round was agreed.

-30-

Copyright 2026 The Agency. All rights reserved. This material may not be
published, broadcast, rewritten or redistributed.
"""


def test_teletype_is_read_by_its_paragraphs_and_its_head_by_its_lines() -> None:
    clean = clean_text(WRAPPED)
    assert clean.flags == ()
    assert clean.text.startswith("The foreign ministers of both countries opened\ntwo days")
    assert clean.text.rstrip().endswith("end of the year.\n\nNo second round was agreed.")
    assert [span.label for span in clean.spans if span.start < WRAPPED.index("PORT")][1:] == [
        "wire_slug",
        "timestamp",
        "byline",
    ]
    assert [span.label for span in clean.spans][-2:] == ["wire_tail", "copyright"]


def test_a_list_of_short_lines_is_no_teletype() -> None:
    lines = "\n".join(f"the {word} of the strait" for word in ("fish", "boats", "harbours", "nets", "crews", "guards"))
    text = f"{LEAD}\n\n{SECOND}\n\nWhat they talked about:\n{lines}"
    assert clean_text(text).text == text


@pytest.mark.parametrize("ending", ENDINGS)
def test_furniture_at_the_end_of_a_blob_goes(ending: str) -> None:
    assert clean_text(f"{BLOB} {ending}").text == BLOB


def test_what_follows_the_end_in_the_same_line_goes() -> None:
    assert clean_text(f"{BLOB} {ENDINGS[0]} Don't Miss Harbour town waits for the ferry").text == BLOB


@pytest.mark.parametrize(
    ("language", "heading"), [(language, heading) for language, list_ in HEADINGS.items() for heading in list_]
)
def test_a_heading_over_other_stories_goes_with_them(language: str, heading: str) -> None:
    story = "\n\n".join(BODIES[language])
    teasers = "Harbour town waits for the ferry\n\nOslo, Jan. 14 (NTB) - The harbour of the old"
    clean = clean_text(f"{story}\n\n{heading}\n\n{teasers}")
    assert clean.text == story
    assert {span.label for span in clean.spans if span.start > len(story) + len(heading)} <= {
        "teaser",
        "related",
        "dateline",
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_a_slug_goes(slug: str) -> None:
    assert clean_text(f"{slug}\n\nLONDON, Jan 14 (Reuters) - {STORY}").text == STORY


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_between_paragraphs_goes(prompt: str) -> None:
    assert (
        clean_text(f"{LEAD}\n\n{SECOND}\n\n{prompt}\n\n{THIRD}\n\n{LEAD}").text
        == f"{LEAD}\n\n{SECOND}\n\n{THIRD}\n\n{LEAD}"
    )


@pytest.mark.parametrize(("line", "day"), DATE_LINES, ids=[case[0] for case in DATE_LINES])
def test_a_date_line_is_the_story_date(line: str, day: str) -> None:
    clean = clean_text(f"{line}\n\nNara, Jan. 14 (Jiji Press)–{STORY}")
    assert clean.text == STORY
    assert clean.story_date == date.fromisoformat(day)
    assert clean.dateline is not None
    assert clean.dateline.date == "2026-01-14"


@pytest.mark.parametrize("text", KEPT_WHOLE.values(), ids=KEPT_WHOLE.keys())
def test_a_story_without_boilerplate_stays_whole(text: str) -> None:
    clean = clean_text(text)
    assert clean.text == text
    assert clean.dateline is None


def test_a_headline_above_a_dateline_is_not_of_the_body() -> None:
    clean = clean_text(f"FOCUS: Ministers Take Up Fishing Talks\n\nNara, Jan. 14 (Jiji Press)–{STORY}")
    assert clean.text == STORY
    assert clean.spans[0].label == "other"


def test_the_given_headline_is_not_of_the_body() -> None:
    assert clean_text(f"Ministers Take Up Talks\n\n{STORY}", headline="Ministers take up talks").text == STORY


def test_without_any_year_the_dateline_has_no_date() -> None:
    clean = clean_text(f"Nara, Jan. 14 (Jiji Press)–{STORY}")
    assert clean.dateline is not None
    assert clean.dateline.date is None


def test_a_dateline_of_december_in_january_is_of_the_year_before() -> None:
    clean = clean_text(f"OSLO, Dec. 30 (Reuters) - {STORY}", published=date(2026, 1, 2))
    assert clean.dateline is not None
    assert clean.dateline.date == "2025-12-30"
