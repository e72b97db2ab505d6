<HTML><HEAD><TITLE>Roll Call Votes</TITLE></HEAD>
<BODY><H2>U.S. House of Representatives Roll Call Votes<BR>119th Congress - 1st Session (2025)</H2>
<TABLE BORDER="1">
<TR><TD><A HREF="http://clerk.house.gov/cgi-bin/vote.asp?year=2025&rollnumber=3">3</A></TD></TR>
<TR><TD><A HREF="http://clerk.house.gov/cgi-bin/vote.asp?year=2025&rollnumber=2">2</A></TD></TR>
<TR><TD><A HREF="http://clerk.house.gov/cgi-bin/vote.asp?year=2025&rollnumber=1">1</A></TD></TR></TABLE>
</BODY></HTML>
