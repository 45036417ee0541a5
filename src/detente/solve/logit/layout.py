"""How a game and the work on it lie in memory: four arrays, because every array costs time at compilation and at every call.

``t`` [row, 4] holds all tables that depend on the tree alone, ``w`` [row, lane] all numbers of the draws in the lanes, ``c``
[row, lane] their counts and signs, and ``at`` says where each section of the three begins, and how much there is of everything.
A section is named in capitals here: row i of the table of sets is ``t[at[SETS] + i]``, log-odds i is ``w[at[Z] + i]``.
*Slots* are the options of sets, then the chance edges. A *place* is a node of an information set. A *cell* is the value of a node
to one player. A *pair* is an option other than the first of one set and an option of a set above it. An *entry* is one of the
Jacobian that may differ from zero.
"""

from __future__ import annotations

LANES = 8  # draws in a vector: one AVX-512 register, two of AVX2, four of NEON
SHIFTER = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to a whole number, which its last bits then are

# -- tables, and their columns --
(
    SETS,  # [set + 1] first slot, place, need; SHIFT: the log-odds of slot s is unknown s + shift
    PLACES,  # [place] position OWN of its owner in the cells of its children; where its kids and the decisions above begin
    PLACE_CHANCES,  # [place] chance edges since the decision above
    ORDER,  # [place] places, parents first
    ABOVES,  # decisions above a place, nearest first: SLOT taken, the PLACE there, its owner's POSITION, first PAIR
    NODES,  # [node with a decision at or below, parents first] first CELL, number of CELLS, first of its KIDS, their number
    KIDS,  # children of those: first CELL, SLOT of the edge
    LEAVES,  # [outcome] the CELLS it adds to; chance edges that lead to it from the last decision
    CELL_PLAYERS,  # [cell] player
    CHANCES,  # slots of chance edges, for places and leaves
    NEEDS,  # sets that a set depends on, set after set: OTHER, first pair with it BELOW, with it ABOVE, first ENTRY
    BLOCKS,  # [block + 1] first unknown; TRIVIAL: 1 if the block is the identity
    ROWS,  # [unknown + 1] where the row's OUTERS, INNERS, LOWERS, UPPERS begin
    DIAGONALS,  # [unknown + 1] first place of the row in the factored Jacobian, place of the diagonal
    OUTERS,  # entries in columns of earlier blocks: ENTRY, COLUMN
    INNERS,  # entries in columns of the same block: ENTRY, COLUMN, where it is PUT in the factored Jacobian
    LOWERS,  # left of the diagonal: PUT, the row AGAINST which it is eliminated, where its UPDATES begin
    UPPERS,  # right of the diagonal: PUT, COLUMN
    UPDATES,  # PUT: what is changed; BY: the multiplied upper entry
) = range(19)
TABLES = 19
FIRST_SLOT, FIRST_PLACE, FIRST_NEED, SHIFT = range(4)  # of SETS
OWN, FIRST_KID, FIRST_ABOVE, ABOVE_COUNT = range(4)  # of PLACES
FIRST_CHANCE, CHANCE_COUNT = range(2)  # of PLACE_CHANCES
SLOT, PLACE, POSITION, PAIR = range(4)  # of ABOVES
CELL, CELL_COUNT, NODE_KID, KID_COUNT = range(4)  # of NODES; CELL of KIDS; CELL and CELL_COUNT of LEAVES
KID_SLOT = 1  # of KIDS
LEAF_CHANCE, LEAF_CHANCE_COUNT = 2, 3  # of LEAVES
OTHER, BELOW, ABOVE, FIRST_ENTRY = range(4)  # of NEEDS
START, TRIVIAL = range(2)  # of BLOCKS
OUTER, INNER, LOWER, UPPER = range(4)  # of ROWS
FIRST_PUT, DIAGONAL = range(2)  # of DIAGONALS
ENTRY, COLUMN, ENTRY_PUT = range(3)  # of OUTERS and INNERS
PUT, AGAINST, UPDATE = range(3)  # of LOWERS; PUT and COLUMN of UPPERS
BY = 1  # of UPDATES, after PUT
NONE = -1

# -- how much there is --
(
    SET_COUNT,
    PLACE_COUNT,
    NODE_COUNT,
    LEAF_COUNT,
    CELL_TOTAL,
    BLOCK_COUNT,
    UNKNOWNS,
    SLOTS,
    CHANCE_EDGES,
    PAIRS,
) = range(TABLES, TABLES + 10)
IN_SEQUENCE = TABLES + 10  # 1 if no set depends on itself through others

# -- numbers of the draws: sections of ``w`` --
SECTIONS = TABLES + 11
# One row an unknown: log-odds against the first option; the last accepted point; dz / d ln lambda there; room; how that
# growth bends and its part proportional to lambda; the predicted point; residual; worth of the option less that of the
# first; Newton step; dz / d lambda; one over the pivot; direction of the branch, for arclength.
Z, KEPT, GROWTH, SPARE, BEND, LINEAR, AIM, RESIDUAL, PULL, STEP, TANGENT, PIVOT, HERE = range(
    SECTIONS, SECTIONS + 13
)
# For the limit: low parts of double-double numbers, and the moves over the last two steps. Then a point to be looked at again.
Z_LO, KEPT_LO, PULL_LO, MOVE, LAST_MOVE, DOUBT = range(SECTIONS + 13, SECTIONS + 19)
# One row a slot: probability, its log, worth; low parts (that of the log serves the worth too); strategy at the last lambda.
PROB, LOG_PROB, WORTH, PROB_LO, WORTH_LO, LAST_PROB = range(SECTIONS + 19, SECTIONS + 25)
# One row a place: belief, reach; probability of chance between this node and the decision before; the same without impossible
# edges, and its log; 1 if the node counts in the belief; log of reach, where needed; and low parts.
BELIEF, REACH, FACTOR, POSSIBLE, LOG_FACTOR, ALLOWED, LOG_REACH = range(SECTIONS + 25, SECTIONS + 32)
BELIEF_LO, REACH_LO, FACTOR_LO, POSSIBLE_LO, LOG_REACH_LO = range(SECTIONS + 32, SECTIONS + 37)
VALUE, VALUE_LO = range(SECTIONS + 37, SECTIONS + 39)  # one row a cell
OF_WORTH, OF_BELIEF = range(SECTIONS + 39, SECTIONS + 41)  # one row a pair, see slope.py
# One row an entry, and one a place in the factored Jacobian.
JACOBIAN, FACTORED = range(SECTIONS + 41, SECTIONS + 43)
# Of ``c``, one row a block: negative pivots; how many there should be.
NEGATIVES, EXPECTED = range(SECTIONS + 43, SECTIONS + 45)
SECTION_END = SECTIONS + 45

# -- single rows of ``w``, at the top --
# Lambda accepted, lambda at which to evaluate, the accepted one before, the step, the last Newton correction, how far prediction was
# off; the lambda asked for, the one that is enough, the one ahead while stepping back.
LAM, THERE, BEFORE, STRIDE, LAST, OFF, TARGET, ENOUGH, AHEAD = range(9)
# Then by turns, arclength: direction and prediction in lambda, highest seen, gap of a crossing; climbing to the limit: ratios of
# the last two steps in lambda and the next, lambda of the strategy that is kept to compare.
HERE_LAM, AIM_LAM, HIGHEST, GAP = range(9, 13)
LAST_RATIO, RATIO, NEXT_RATIO, EARLIER = range(9, 13)
SIZE, PLAIN, ROOM = range(13, 16)  # of the Newton step; of the residual; room
DOUBT_LAM = 16  # where a block first had two negative pivots, 0 if nowhere
SCALARS = 17

# -- single rows of ``c``, at the top --
# The draw in this lane (-1: none), what is being done, Newton corrections so far, whether the next step is checked; arclength: sign of
# the augmented determinant, turned, steps, returns to the ordinary road.
DRAW, MODE, ROUNDS, CAUTIOUS, AUGMENTED, TURNED, STEPS_MADE, RETURNS = range(8)
EVALUATIONS, TURNS, BRANCHES, CROSSINGS = range(8, 12)  # what is reported
ENDLESS, CAREFUL = 12, 13  # 1 if the limit is asked for; 1 if every change of pivots is to be resolved
ASTRIDE = 14  # 1 if a determinant has the wrong sign at the predicted point: between two branches
COUNTS = 15
