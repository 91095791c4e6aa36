"""Outages of a lab: what is said of them, how they are brought about, and what the files imply of them.

| file | holds |
| --- | --- |
| `nouns`, `grammar` | an outage, and the sentence that asks for it |
| `hands` | does it to the running lab, and undoes it |
| `traffic` | the packets that go meanwhile, and when they did not arrive |
| `implied` | how long the configurations let an outage last |
| `timeline` | everything that happened, in the order of time |
"""
