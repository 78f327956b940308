"""The words by which ``terms`` tells what can be a term: data, one blank between words."""

# Function words of English, French, Spanish, Russian and Arabic; words of titles themselves;
# months and days. They part the words on their two sides.
STOP = """
a about above across after against all along also although am among an and any are around as at
away back be because been before being below better between beyond both but by can cannot could did
do does doing down due during each either enough etc even ever every few for from further get gets
give given go goes had has have having he her here hers him his how however i if in into is isn it
its itself just less let like made make makes making many may me meet meets might more most much
must my need needs neither no nor not now of off on once one only onto or other others our out over
own per rather s same say says she should since so some still such t take takes than that the their
them then there these they this those through thus to together too toward towards two three four
five under until up upon us use used useful uses using very via vs versus want was way ways we well
were what when where whether which while who whom whose why will with within without would yes yet
you your
advance advances advancing analysis analyses application applications approach approaches aspect
assessing based best beat benchmarking bridging building case challenge challenges comparing
comprehensive design designing enhance enhancing evaluating evaluation exploring first framework
frameworks improve improved improving insight insights introducing issue issues investigating
latest lesson lessons measuring method methods mitigating new news novel paper perspective
perspectives preliminary problem problems report results result rethinking review revisiting role
second simple small state study studies survey technical technique techniques theory third
understanding unified unifying unveiling update updates version week weekly monthly daily today
year years month day
january february march april june july august september october november december jan feb mar apr
jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
au aux avec ce ces cette comme dans de des du elle en entre est et il ils la le leur leurs les mais
ne nous où ou par pas plus pour qu que qui sa se ses son sont sur un une vers vous d l n
al como con cómo cuando del desde donde el ella ellos es esta este esto ha han hasta las lo los más
o para pero por porque qué ser si sin sobre su sus también uno una unos unas y
в во и на не что с со к ко о об от по за из для как это или а но при до у его её их мы он она они
то же был была были быть все так бы
في من على إلى عن مع هذا هذه ذلك التي الذي أن إن كان كما بين بعد قبل ما لا أو و
"""

# Words that stand before a noun and are none: "multi", "self", "open" alone say nothing.
MODIFIERS = """
aware multi self cross non driven free long deep single dual level open real fast online offline
linear sparse hybrid robust inter intra pre post sub super co bi tri semi quasi pseudo neuro spatio
auto anti meta micro macro high low large full half hard soft short strong weak dense diverse exact
explicit fair higher lower lightweight guided grounded centric fine coarse zero ready compact
extreme secure smart modular ultra mean learn think know understand generate edit act play train
whole double triple next re end mid joint scale noisy oriented agnostic specific friendly powered
enabled native global local human wild accurate direct discrete remote precise concrete complete
incomplete infinite finite definite private mobile agile fragile mini near hidden broken unseen
proven spoken six seven eight nine ten dark green black white red blue light rapid rigid solid
valid mono poly quick slow big tiny wide narrow rich poor true false right wrong fewer worst early
late key main major minor core mixed unknown known step time order invariant equivariant shot
"""

# Nouns that end as adjectives, adverbs and participles do.
NOUNS = """
agent animal approval archive capital component content disposal document element environment
experiment fabric feed goal graphic hospital instrument journal logic manual metric mosaic movement
music objective patent patient plastic portal potential proposal removal retrieval rival seed
segment sentiment signal speed student survival talent terminal topic traffic treatment trial
tutorial variant vocabulary alignment assessment deployment development employment enforcement
government improvement investment judgment judgement management measurement narrative placement
procurement refinement reinforcement requirement settlement statement forest request quest accident
incident consent event gradient moment percent bed table cable drive incentive motive anomaly
assembly monopoly supply family clinic epidemic pandemic republic critic heuristic arithmetic ethic
mechanic antibiotic boundary dictionary glossary summary salary secretary test interest contest
request coefficient quotient ingredient gent constant variable vegetable plant infant assistant
participant quadrant attachment entertainment payment agreement disagreement engagement adjustment
adversary library canary integral interval arrival referral denial criminal crystal metal coral
principal material renewal withdrawal approval bot embed hive five attractant pollutant catalyst
"""

# No plurals, for all that they end in s.
SINGULAR = "series species news lens always"
