"""Finding a title: one index for kiosks, console and command line, on SQLite and PostgreSQL alike.

=============  ============================================================================================
`folding`      text into what is compared: forms, case, accents, traditional characters
`sounds`       Chinese as it sounds: pinyin and initials
`lexemes`      a record into lexemes by field
`queries`      what somebody typed into a question for the index
`dialects`     the question and the lexemes in the words of each database
`indexing`     entering records and copies, and making the index anew
`finding`      hits in the order in which they are shown
`wider`        what is tried when nothing is found: typing errors, the same sound, fewer words
=============  ============================================================================================
"""
