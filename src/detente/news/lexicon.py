"""Words that put something into somebody's mouth or mind, written for this package from general knowledge of English.

Each line of a block is ``FRAMES: verb verb ...``. Frames say where the content may stand:

    c  a clause or a quotation        say that ..., "...," she said
    t  an infinitive                  vow to ...
    i  somebody, then an infinitive   urge him to ...
    n  an object                      condemn the raid
    g  a participle                   deny taking ...
    a  an object and what it is called  label him a ..., see it as ...
    /p a preposition and its object   warn about/of/against ...
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Frames:
    """What one verb may take. ``kind`` speech or attitude; ``polarity`` is what the verb itself says of its content."""

    letters: frozenset[str]
    prepositions: frozenset[str]
    kind: str
    polarity: str = "asserted"


_SPEECH = """
c: say add state opine quip joke retort exclaim interject chime rejoin reckon whisper mutter murmur mumble shout yell scream
c: cry snap sigh laugh muse gush sneer growl intone deadpan concede continue begin start text post message posit
c: testify surmise allege attest preach elaborate read caption vent fume jest harangue lecture
c n: note argue claim assert declare explain insist maintain contend stress emphasize emphasise reiterate repeat affirm
c n: reaffirm confirm admit acknowledge confess reveal disclose report write remark observe announce proclaim predict
c n: forecast estimate project speculate suggest imply hint insinuate indicate signal underline underscore highlight
c n: recall recount relate detail outline clarify specify stipulate conclude summarize summarise counter volunteer
c n: lament bemoan protest conjecture postulate theorize theorise document certify pronounce publish broadcast
c n: rule find decree decide determine resolve verify mention cite quote chant utter hypothesize venture
c n /about on of to: tweet boast brag crow joke complain grumble moan gripe whine rant remark comment
c n /to: respond reply answer react
c n /about of against: warn caution
c n t: propose recommend promise pledge vow swear threaten demand request offer guarantee
c n /with: agree concur
c n /with on about: disagree
c n g: deny refute rebut
c n /about whether: query
c n i /for about whether: ask beg plead
c n /about: inquire enquire wonder
c /to on about: object testify
c i n /about of that on: tell inform notify assure reassure remind brief
c i n /to on: advise urge exhort implore beseech press lobby
i: encourage instruct order direct command invite challenge counsel persuade convince pressure entreat enjoin coax goad prod
i: summon forbid compel
n: urge denounce condemn criticize criticise decry deplore slam blast lambast lambaste assail attack berate rebuke chide chastise
n: scold castigate deride mock ridicule taunt belittle disparage malign vilify demonize demonise insult savage pillory skewer
n: praise laud applaud commend hail extol salute congratulate thank compliment eulogize tout champion herald welcome
n: endorse defend justify reject dismiss rebuff repudiate disavow renounce disown retract withdraw downplay
n: discuss debate raise address broach describe portray depict characterize characterise explain
n: question dispute challenge contest contradict echo reference invoke advocate promote voice express convey communicate
n: unveil present pitch float table outline issue release deliver rescind veto ratify approve authorize authorise mandate
n: ban prohibit outlaw order
n: mock lampoon satirize heckle trash bash rip
a: call label term dub brand name christen describe characterize characterise portray depict paint cast denounce condemn
a: criticize criticise deride dismiss hail praise deem declare pronounce slam blast decry mock ridicule tout bill refer
/of: accuse
/for: criticize criticise blame praise thank condemn commend call apologize apologise appeal advocate argue push plead
/for: chide rebuke attack slam blast chastise
/to: refer allude point admit confess appeal
/about on of: speak talk rant rave lecture testify brag boast elaborate expound pontificate hint
/against: argue rail inveigh advise protest rally speak campaign fulminate
/at: lash rail scoff sneer
/with: argue quarrel
/on: comment insist expand dwell
"""

_ATTITUDE = """
c: think believe suppose imagine presume assume suspect reckon guess realize realise figure doubt fear worry hope wish
c: pray feel know understand dream trust conclude hold
c n: fear regret foresee anticipate envision envisage doubt know remember forget notice accept
c n: learn discover recognize recognise appreciate resent expect assume suspect
c t: expect hope intend decide plan wish pretend
n t: want seek prefer desire crave like love hate loathe need
t: aim aspire attempt long yearn hesitate refuse decline agree consent choose opt elect determine resolve commit
t: mean hope plan prepare vie strive propose swear
i: want expect like need wish prefer
n: support oppose favor favour back resist abhor admire respect despise dislike detest distrust mistrust dread cherish
n: embrace envy consider contemplate weigh mull ponder reconsider pursue covet loathe fault blame condemn applaud
n: disapprove share enjoy tolerate mind
a: consider regard view see perceive count treat judge rate find think believe deem reckon hold
/in: believe trust
/of about: dream think complain
/of: approve disapprove despair conceive
/for: hope long yearn wish care vote pray root
/about: worry care fret think
/on: plan decide count bet
/to: object
/with: sympathize sympathise side disagree agree empathize
/against: vote
g: consider favor favour regret enjoy contemplate
"""

# verbs whose source may be a text, a poll or a body of data
_EVIDENCE = """
c n: show suggest indicate find reveal demonstrate prove confirm conclude estimate project predict warn say state report note
c n: document detail describe read claim allege recommend argue reflect put
"""

#: Verbs that say of their content that it is not so.
DENIALS = frozenset(
    "deny refute rebut disavow repudiate dispute contradict doubt reject dismiss retract oppose".split()
)
#: Verbs that ask, without saying that it is so.
QUESTIONS = frozenset("ask inquire enquire wonder query question".split())

#: Nouns of saying and thinking: "his claim that", "expressed concern that", "a warning against".
SPEECH_NOUNS = frozenset(
    """claim assertion statement argument allegation accusation charge suggestion insistence announcement declaration warning
    promise pledge vow threat demand request call appeal proposal recommendation advice prediction forecast estimate denial
    admission acknowledgment acknowledgement confession contention remark comment question complaint criticism condemnation
    praise rebuke attack endorsement apology explanation description report reminder assurance guarantee offer order ruling
    objection protest plea revelation disclosure rejection refusal response reply answer caution caveat tribute invitation
    mention message testimony characterization characterisation portrayal depiction denunciation tweet rant insult ultimatum
    """.split()
)
ATTITUDE_NOUNS = frozenset(
    """belief view opinion fear concern worry hope doubt suspicion conviction feeling sense expectation assumption desire wish
    intention plan decision determination understanding impression perception theory idea notion support opposition
    preference interest willingness unwillingness reluctance readiness eagerness commitment confidence optimism pessimism
    anger outrage frustration regret disappointment skepticism scepticism dismay alarm unease anxiety sympathy gratitude
    approval disapproval admiration respect contempt distrust resolve aim ambition vision conclusion assessment judgment
    judgement analysis satisfaction disbelief surprise shock
    """.split()
)
#: Verbs that lend themselves to such a noun: "issued a warning", "voiced the fear".
LIGHT_VERBS = frozenset(
    """make issue express voice have give raise offer deliver share state repeat reiterate announce launch level show
    send take hold harbor harbour reach sound convey direct file lodge pose put register renew extend post publish release
    signal declare underscore underline stress emphasize emphasise draw echo""".split()
)
#: Adjectives of attitude: "is concerned about", "are convinced that".
ADJECTIVES = frozenset(
    """concerned worried afraid fearful anxious nervous uneasy alarmed wary skeptical sceptical doubtful unsure uncertain
    sure certain confident convinced adamant aware unaware mindful hopeful optimistic pessimistic positive glad happy
    unhappy pleased proud sorry sad disappointed angry furious outraged upset frustrated grateful thankful surprised shocked
    appalled astonished amazed horrified ready willing unwilling reluctant eager keen determined inclined prepared supportive
    critical dismissive open opposed committed supportive clear insistent interested satisfied dissatisfied excited
    disgusted ashamed embarrassed hesitant tired sick saddened thrilled delighted honored honoured humbled troubled
    bothered baffled puzzled""".split()
)

#: Nouns for texts and data that may be a source of their own.
ARTEFACTS = frozenset(
    """poll survey study report statement document email e-mail mail letter memo data figure statistic record research
    analysis article story newspaper paper magazine book transcript tweet post message complaint lawsuit filing indictment
    editorial op-ed column investigation review audit index estimate forecast cable dossier leaflet ad advertisement
    advert video commercial website site press media release list note text account communique communiqué resolution
    treaty agreement declaration constitution law bill rule order ruling verdict evidence intelligence assessment
    manifesto platform sign banner headline broadcast briefing census finding result number results findings
    pollster wire release log filing diary testimony affidavit invitation ballot plan proposal policy guideline""".split()
)

#: Heads that are people, offices or bodies, though no name.
PEOPLE = frozenset(
    """person people man woman men women boy girl child kid student teacher parent mother father son daughter wife husband
    brother sister friend family colleague neighbour neighbor resident citizen voter worker employee employer activist
    protester protestor demonstrator supporter opponent critic ally rival enemy foe aide adviser advisor assistant
    spokesman spokeswoman spokesperson source official officer officials minister president chancellor premier king queen
    prince princess emperor sultan emir governor mayor senator congressman congresswoman representative lawmaker legislator
    politician leader chief head director secretary envoy ambassador diplomat negotiator mediator delegate delegation
    commissioner commander general admiral colonel captain major lieutenant sergeant soldier troop veteran pilot
    analyst expert observer commentator pundit columnist journalist reporter correspondent editor author writer blogger
    historian professor scholar scientist researcher economist pollster strategist consultant lawyer attorney prosecutor
    judge justice court jury police sheriff detective investigator agent witness victim survivor suspect defendant
    candidate nominee contender campaign team camp party coalition alliance government administration cabinet ministry
    department agency office bureau committee commission council parliament congress senate house assembly court tribunal
    company firm bank corporation group organization organisation union association institute institution university
    church charity foundation network newspaper magazine broadcaster regime junta militia rebel army military navy force
    side country nation state power bloc republic kingdom community public world west electorate majority minority
    member chairman chairwoman chair chairperson host moderator anchor presenter guest panelist speaker caller crowd audience
    democrat republican conservative liberal socialist communist nationalist progressive moderate independent
    insider outsider operative staffer staff executive manager owner founder investor trader farmer fisherman driver doctor
    nurse physician patient priest bishop pope cardinal rabbi imam cleric pastor monk actor actress singer star
    celebrity comedian coach player athlete fan viewer reader listener user customer consumer client taxpayer
    american european briton refugee migrant immigrant villager local elder tribesman fighter insurgent
    separatist hardliner dove hawk mandarin predecessor successor counterpart deputy vice delegate guard mission embassy
    monitor watchdog regulator inspector monitor peacekeeper mediator respondent participant interviewee few many
    most some others other several all both none everyone everybody someone somebody anyone anybody nobody one
    percent majority third half quarter duo pair trio couple board panel authority authorities body millennial
    millennials businessman businesswoman billionaire tycoon mogul magnate politico surrogate detractor skeptic sceptic
    loyalist dissident exile intellectual academic theorist lobbyist donor backer whistleblower prisoner detainee captive
    hostage kidnapper attacker gunman bomber terrorist militant extremist radical partisan hopeful runner incumbent
    ex-president ex-minister premier taoiseach monarch president-elect vice-president secretary-general high-commissioner
    tory whip backbencher frontbencher peer lord baroness dame sir mp""".split()
)


def _read(block: str, kind: str) -> dict[str, Frames]:
    frames: dict[str, Frames] = {}
    for line in block.strip().splitlines():
        head, verbs = line.split(":", 1)
        marks, _, prepositions = head.partition("/")
        for verb in verbs.split():
            polarity = "denied" if verb in DENIALS else "asked" if verb in QUESTIONS else "asserted"
            new = Frames(frozenset(marks.split()), frozenset(prepositions.split()), kind, polarity)
            old = frames.get(verb)
            if old:
                new = Frames(old.letters | new.letters, old.prepositions | new.prepositions, kind, polarity)
            frames[verb] = new
    return frames


SPEECH_VERBS = _read(_SPEECH, "speech")
ATTITUDE_VERBS = _read(_ATTITUDE, "attitude")
EVIDENCE_VERBS = _read(_EVIDENCE, "speech")


def _merge() -> dict[str, Frames]:
    merged = dict(SPEECH_VERBS)
    for verb, frames in ATTITUDE_VERBS.items():
        old = merged.get(verb)
        merged[verb] = (
            Frames(
                old.letters | frames.letters, old.prepositions | frames.prepositions, old.kind, old.polarity
            )
            if old
            else frames
        )
    return merged


#: Every verb of saying or attitude with the union of its frames; saying decides the kind where a verb is both.
VERBS = _merge()
