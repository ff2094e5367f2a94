"""The rehearsal: years of the cycle in compressed time on a copy, and no letter leaves."""
