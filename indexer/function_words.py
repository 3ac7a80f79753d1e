"""Function words of a few languages: they stand in every text, and name and find nothing by themselves.

Words that mean something in another of these languages are left out, such as German "war" and French "art".
"""

from __future__ import annotations

import re
from typing import Final

FUNCTION_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a about after again against also am an and another any anybody anyone anything are around as at back be because
        been before being best better between both but by cannot come could d did do does doesn doing done down each
        even ever every everyone everything first for found from gets getting give given goes going good great had has
        have having he help her here hers him himself his how html http https i if in into is it its itself just keep
        know last least less like little ll long look looking m made make makes making many me mean means might more
        most much must my myself need needed needs never next no none nor not nothing of on only or other others our
        ours out over own part people please re really s same seem seems she should show so some someone something still
        such sure t take than that the their them then there these they thing things think this those though through
        time to too took toward under until up upon us use used uses using ve very want wants was we well were what when
        where which while who whom whose why will wish with within without wont would year years yet you your yours

        aber als am auch auf aus bei beim bis dann das dass dem den denn der des dich die dies diese dieser dieses dir
        doch du durch ein eine einem einen einer eines er es euch für gegen habe haben ich ihm ihn ihr ihre im ist jede
        jeder kann kein keine mehr mein meine mich mir mit nach nicht noch nur ob oder ohne schon sehr sein seine sich
        sie sind über um und uns unser unter vom von vor wann warum wenn wer werden wie wieder wir wird wo wurde zu zum
        zur zwischen

        au aux avec ce ces cette dans de des du elle en est et il ils je la le les leur lui mais mes mon ne nos notre
        nous on ou où par pas pour qu que qui sa ses sont sous sur tu un une vos votre vous

        al como con cómo del desde donde el ella ellos entre era es esta este esto hay las lo los más mi muy nada no nos
        para pero por porque qué se según ser si sin sobre su sus también te tiene una uno unos y ya yo

        che chi come con da dal degli dei del della delle di gli il io loro ma nel nella non per perché più questa
        questo sono sulla tra una uno

        aan bij dan dat deze dit een het hij hoe ik jij met naar niet nog ook op te uit van voor wat wel wij zijn zonder

        ao aos as até com como da das do dos e em essa esse este foi isso mais mas muito na não nas nem nos o os ou pela
        pelo por quando que são se sem seu sua também tem um uma
        """,
    )
)
