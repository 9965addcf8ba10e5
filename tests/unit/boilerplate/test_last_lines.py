"""The last line of a wire story, however short, stays; what a site writes behind one goes. All of it is invented."""

import pytest

from pipeline.boilerplate import clean_text

STORY = (
    "The foreign ministers of Norland and Sudland opened two days of talks in Port Halvard on Wednesday on fishing "
    "rights in the strait, the first such meeting since the treaty lapsed.\n\n"
    "Officials said the delegations had agreed to set up a joint commission, which is to present its proposals before "
    "the end of the year.\n\n"
    "A second round is planned for the spring, according to people familiar with the preparations for the meeting."
)
FURNITURE = {
    "nothing": "",
    "initials": "\n\nokw/efs\n\n© The Agency",
    "a credit": "\n\n(Reporting by Ann Other; Editing by Sam One)",
    "an end mark": "\n\nEND\n\nCopyright 2026 The Agency. All rights reserved.",
}
LAST_LINES = [
    "The African Union welcomed the initiative in a short statement.",
    "Neither minister took questions.",
    "The two last met in Lisbon in March.",
    "No further talks are planned.",
    "The embassy did not respond to a request for comment.",
    "Both sides described the talks as frank.",
    "The visit ends on Friday.",
    "Norland and Sudland broke off relations in 1998.",
    "Markets in the capital were closed for the holiday.",
    "She returns to Oslo on Thursday.",
    "He did not elaborate.",
    "The president is expected to sign the bill next week.",
    "Port Halvard lies 40 km from the border.",
    "The ferry sank within minutes, survivors said.",
    "The treaty needs the approval of both parliaments.",
    "It was their third meeting this year.",
    "The opposition called the deal a surrender.",
    "“We will come back in the spring,” he said.",
    "Police said nobody was hurt.",
    "The delegation flew home late in the evening.",
    "A date has not been set.",
    "Shares in the yard rose 4 percent.",
    "The pact was signed in 1987 and lapsed three years ago.",
    "Fishing resumes on Monday.",
    "Mr. Dahl, 61, took office in May.",
    "The European Commission declined to comment.",
    "The Foreign Ministry gave no details.",
    "China and Vietnam also claim the reef.",
    "The army denied the report.",
    "Über den Inhalt der Gespräche wurde nichts bekannt.",
    "Le ministre n'a pas répondu aux questions de la presse.",
    "El canciller regresará el viernes a la capital.",
    "Стороны договорились продолжить переговоры весной.",
    "次回の会合は来春に開かれる。",
    "다음 회의는 내년 봄에 열린다.",
]
CALLS = [
    "Follow our correspondents for live coverage.",
    "Sign up here to get the morning briefing.",
    "Read the full story on our website.",
    "Click here for more news from the strait.",
    "Download our app for the latest headlines.",
    "Ann Other is our correspondent in Oslo.",
    "Our journalism needs your support.",
    "Subscribe to continue reading.",
    "Have a story to tell? Write to our desk.",
    "Watch the video of the ceremony below.",
    "Support our work by becoming a member.",
    "This article was first published in The Harbour Gazette.",
    "Share your thoughts in the comments below.",
    "Listen to the interview on our podcast.",
]


@pytest.mark.parametrize("furniture", FURNITURE.values(), ids=FURNITURE.keys())
@pytest.mark.parametrize("line", LAST_LINES)
def test_a_short_last_line_of_a_story_stays(line: str, furniture: str) -> None:
    assert clean_text(f"{STORY}\n\n{line}{furniture}").text == f"{STORY}\n\n{line}"


@pytest.mark.parametrize("line", CALLS)
def test_a_sentence_of_the_site_behind_a_story_goes(line: str) -> None:
    assert clean_text(f"{STORY}\n\n{line}").text == STORY
