<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Open…</source>
        <translation>打开(&amp;O)…</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open the &amp;sample</source>
        <translation>打开示例(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Close tab</source>
        <translation>关闭标签页(&amp;C)</translation>
    </message>
    <message>
        <source>Close &amp;file</source>
        <translation>关闭文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>Copy with column &amp;names</source>
        <translation>复制并带列名(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;CSV</source>
        <translation>&amp;CSV</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>&amp;JSON</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;SQL inserts</source>
        <translation>&amp;SQL 插入语句</translation>
    </message>
    <message>
        <source>&amp;Python</source>
        <translation>&amp;Python</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>粘贴(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Fill down</source>
        <translation>向下填充(&amp;F)</translation>
    </message>
    <message>
        <source>Set column to &amp;value…</source>
        <translation>将列设为值(&amp;V)…</translation>
    </message>
    <message>
        <source>D&amp;uplicate rows</source>
        <translation>复制为新行(&amp;U)</translation>
    </message>
    <message>
        <source>Next in&amp;valid value</source>
        <translation>下一个无效值(&amp;V)</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Edit cell</source>
        <translation>编辑单元格(&amp;E)</translation>
    </message>
    <message>
        <source>Edit in a &amp;window…</source>
        <translation>在窗口中编辑(&amp;W)…</translation>
    </message>
    <message>
        <source>Add ro&amp;w</source>
        <translation>新增行(&amp;W)</translation>
    </message>
    <message>
        <source>Add row</source>
        <translation>新增行</translation>
    </message>
    <message>
        <source>&amp;Delete rows</source>
        <translation>删除行(&amp;D)</translation>
    </message>
    <message>
        <source>Delete rows</source>
        <translation>删除行</translation>
    </message>
    <message>
        <source>Set &amp;NULL</source>
        <translation>设为 NULL(&amp;N)</translation>
    </message>
    <message>
        <source>Set NULL</source>
        <translation>设为 NULL</translation>
    </message>
    <message>
        <source>&amp;Save changes</source>
        <translation>保存更改(&amp;S)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Re&amp;view changes…</source>
        <translation>查看更改(&amp;V)…</translation>
    </message>
    <message>
        <source>D&amp;iscard changes</source>
        <translation>放弃更改(&amp;I)</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>刷新(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Go to row…</source>
        <translation>转到行(&amp;G)…</translation>
    </message>
    <message>
        <source>&amp;First row</source>
        <translation>第一行(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Last row</source>
        <translation>最后一行(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>后退(&amp;B)</translation>
    </message>
    <message>
        <source>For&amp;ward</source>
        <translation>前进(&amp;W)</translation>
    </message>
    <message>
        <source>Go to &amp;referenced row</source>
        <translation>转到引用的行(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Columns…</source>
        <translation>列(&amp;C)…</translation>
    </message>
    <message>
        <source>Dates as in your &amp;country</source>
        <translation>按本地格式显示日期(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Group digits</source>
        <translation>数字分组显示(&amp;G)</translation>
    </message>
    <message>
        <source>Side&amp;bar</source>
        <translation>侧边栏(&amp;B)</translation>
    </message>
    <message>
        <source>Column &amp;profile</source>
        <translation>列统计(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Record</source>
        <translation>记录(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Value</source>
        <translation>值(&amp;V)</translation>
    </message>
    <message>
        <source>Rows or &amp;panel</source>
        <translation>行或面板(&amp;P)</translation>
    </message>
    <message>
        <source>Previous ro&amp;w</source>
        <translation>上一行(&amp;W)</translation>
    </message>
    <message>
        <source>Next r&amp;ow</source>
        <translation>下一行(&amp;O)</translation>
    </message>
    <message>
        <source>Recent &amp;changes</source>
        <translation>最近的更改(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Next tab</source>
        <translation>下一个标签页(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Previous tab</source>
        <translation>上一个标签页(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Dark or light</source>
        <translation>深色或浅色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>查找(&amp;F)…</translation>
    </message>
    <message>
        <source>Find n&amp;ext</source>
        <translation>查找下一个(&amp;E)</translation>
    </message>
    <message>
        <source>Find &amp;previous</source>
        <translation>查找上一个(&amp;P)</translation>
    </message>
    <message>
        <source>Filter by con&amp;ditions…</source>
        <translation>按条件筛选(&amp;D)…</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Values of the col&amp;umn</source>
        <translation>列中的值(&amp;U)</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Filter c&amp;olumn…</source>
        <translation>筛选列(&amp;O)…</translation>
    </message>
    <message>
        <source>Only &amp;NULL in this column</source>
        <translation>此列只看 &amp;NULL</translation>
    </message>
    <message>
        <source>No NU&amp;LL in this column</source>
        <translation>此列不看 NU&amp;LL</translation>
    </message>
    <message>
        <source>Filter by this &amp;value</source>
        <translation>按此值筛选(&amp;V)</translation>
    </message>
    <message>
        <source>E&amp;xclude this value</source>
        <translation>排除此值(&amp;X)</translation>
    </message>
    <message>
        <source>&amp;Clear all filters</source>
        <translation>清除所有筛选(&amp;C)</translation>
    </message>
    <message>
        <source>Clear &amp;sorting</source>
        <translation>清除排序(&amp;S)</translation>
    </message>
    <message>
        <source>Filter &amp;row</source>
        <translation>筛选行(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Fi&amp;nd</source>
        <translation>查找(&amp;N)</translation>
    </message>
    <message>
        <source>Copy a&amp;s</source>
        <translation>复制为(&amp;S)</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Close message</source>
        <translation>关闭消息</translation>
    </message>
</context>
<context>
    <name>CellTips</name>
    <message>
        <source>{0} in all</source>
        <translation>共 {0}</translation>
    </message>
    <message>
        <source>Ctrl+click or F12: go to {0}</source>
        <translation>Ctrl+单击或按 F12：转到 {0}</translation>
    </message>
    <message>
        <source>This text is not in UTF-8; unreadable parts are shown as �.</source>
        <translation>此文本不是 UTF-8 编码；无法读取的部分显示为 �。</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>binary data</source>
        <translation>二进制数据</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>Not of the column&apos;s type: this is {0}, the column is {1}.</source>
        <translation>与列类型不符：此值为{0}，列类型为 {1}。</translation>
    </message>
</context>
<context>
    <name>ColumnHeader</name>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
</context>
<context>
    <name>ColumnList</name>
    <message>
        <source>Search columns</source>
        <translation>搜索列</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
    <message>
        <source>Hide all</source>
        <translation>全部隐藏</translation>
    </message>
    <message>
        <source>As in the table</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>(no name)</source>
        <translation>（无名称）</translation>
    </message>
</context>
<context>
    <name>ColumnProfile</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Compute again</source>
        <translation>重新计算</translation>
    </message>
    <message>
        <source>Most frequent values</source>
        <translation>最常见的值</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Column profile</source>
        <translation>列统计</translation>
    </message>
    <message>
        <source>Choose a cell to see what its column holds.</source>
        <translation>选择一个单元格以查看其所在列的内容。</translation>
    </message>
    <message>
        <source>(column without a name)</source>
        <translation>（无名称的列）</translation>
    </message>
    <message>
        <source>The table has no rows.</source>
        <translation>该表没有行。</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <source>NULL</source>
        <translation>NULL</translation>
    </message>
    <message>
        <source>Distinct</source>
        <translation>不同值</translation>
    </message>
    <message>
        <source>Shortest</source>
        <translation>最短</translation>
    </message>
    <message>
        <source>Longest</source>
        <translation>最长</translation>
    </message>
    <message>
        <source>Mean length</source>
        <translation>平均长度</translation>
    </message>
    <message>
        <source>Least</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>Greatest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Sum</source>
        <translation>总和</translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Distribution</source>
        <translation>分布</translation>
    </message>
</context>
<context>
    <name>Conditions</name>
    <message>
        <source>Something is missing here.</source>
        <translation>这里还缺内容。</translation>
    </message>
    <message>
        <source>A number is needed, such as 12.5.</source>
        <translation>需要一个数字，例如 12.5。</translation>
    </message>
    <message>
        <source>Type true or false.</source>
        <translation>请输入 true 或 false（是或否）。</translation>
    </message>
    <message>
        <source>A date is needed, such as 2026-03-31, or a month, such as 2026-03.</source>
        <translation>需要一个日期，例如 2026-03-31，或月份，例如 2026-03。</translation>
    </message>
    <message>
        <source>A time is needed, such as 2026-03-31 14:30, or a day, such as 2026-03-31.</source>
        <translation>需要一个时间，例如 2026-03-31 14:30，或日期，例如 2026-03-31。</translation>
    </message>
    <message>
        <source>A time of day is needed, such as 14:30.</source>
        <translation>需要一个时刻，例如 14:30。</translation>
    </message>
    <message>
        <source>A time span is needed, in seconds: 90.</source>
        <translation>需要一个时间长度，以秒为单位，例如 90。</translation>
    </message>
    <message>
        <source>This is no regular expression: {0}.</source>
        <translation>这不是正则表达式：{0}。</translation>
    </message>
    <message>
        <source>Binary values cannot be compared; type null or !null.</source>
        <translation>二进制值无法比较；请输入 null 或 !null。</translation>
    </message>
    <message>
        <source>10   &gt;=10   &lt;5   1..9   !=3   null   !null</source>
        <translation>10   &gt;=10   &lt;5   1..9   !=3   null   !null</translation>
    </message>
    <message>
        <source>true   false   null   !null</source>
        <translation>true   false   null   !null</translation>
    </message>
    <message>
        <source>2026-03   &gt;=2026-03-31   2026-01..2026-06   null   !null</source>
        <translation>2026-03   &gt;=2026-03-31   2026-01..2026-06   null   !null</translation>
    </message>
    <message>
        <source>2026-03-31   &gt;=2026-03-31 14:30   2026-01..2026-06   null   !null</source>
        <translation>2026-03-31   &gt;=2026-03-31 14:30   2026-01..2026-06   null   !null</translation>
    </message>
    <message>
        <source>14:30   &gt;=9:00   9:00..17:00   null   !null</source>
        <translation>14:30   &gt;=9:00   9:00..17:00   null   !null</translation>
    </message>
    <message>
        <source>part of a text   !part   =whole text   ~regex   a..m   null   !null</source>
        <translation>部分文字   !不含的文字   =整个文字   ~正则   a..m   null   !null</translation>
    </message>
    <message>
        <source>part of a text   !part   ~regex   null   !null</source>
        <translation>部分文字   !不含的文字   ~正则   null   !null</translation>
    </message>
    <message>
        <source>null   !null</source>
        <translation>null   !null</translation>
    </message>
    <message>
        <source>10   part of a text   &gt;=10   ~regex   null   !null</source>
        <translation>10   部分文字   &gt;=10   ~正则   null   !null</translation>
    </message>
    <message>
        <source>equals</source>
        <translation>等于</translation>
    </message>
    <message>
        <source>does not equal</source>
        <translation>不等于</translation>
    </message>
    <message>
        <source>is less than</source>
        <translation>小于</translation>
    </message>
    <message>
        <source>is at most</source>
        <translation>不大于</translation>
    </message>
    <message>
        <source>is greater than</source>
        <translation>大于</translation>
    </message>
    <message>
        <source>is at least</source>
        <translation>不小于</translation>
    </message>
    <message>
        <source>is between</source>
        <translation>介于</translation>
    </message>
    <message>
        <source>contains</source>
        <translation>包含</translation>
    </message>
    <message>
        <source>does not contain</source>
        <translation>不包含</translation>
    </message>
    <message>
        <source>begins with</source>
        <translation>开头是</translation>
    </message>
    <message>
        <source>ends with</source>
        <translation>结尾是</translation>
    </message>
    <message>
        <source>matches regex</source>
        <translation>匹配正则</translation>
    </message>
    <message>
        <source>does not match regex</source>
        <translation>不匹配正则</translation>
    </message>
    <message>
        <source>is one of</source>
        <translation>属于</translation>
    </message>
    <message>
        <source>is none of</source>
        <translation>不属于</translation>
    </message>
    <message>
        <source>is NULL</source>
        <translation>为 NULL</translation>
    </message>
    <message>
        <source>is not NULL</source>
        <translation>不为 NULL</translation>
    </message>
    <message>
        <source>is exactly</source>
        <translation>就是</translation>
    </message>
    <message>
        <source>is not exactly</source>
        <translation>不是</translation>
    </message>
    <message>
        <source>All of these</source>
        <translation>全部符合</translation>
    </message>
    <message>
        <source>Any of these</source>
        <translation>任一符合</translation>
    </message>
    <message>
        <source>None of these</source>
        <translation>全不符合</translation>
    </message>
    <message>
        <source> and </source>
        <translation> 且 </translation>
    </message>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>not ({0})</source>
        <translation>非（{0}）</translation>
    </message>
</context>
<context>
    <name>ConflictDialog</name>
    <message>
        <source>Changed by others meanwhile</source>
        <translation>在此期间被他人更改</translation>
    </message>
    <message>
        <source>Others have changed these cells since you saw them. Nothing was saved.</source>
        <translation>自您查看以来，他人更改了这些单元格。未保存任何内容。</translation>
    </message>
    <message>
        <source>Choose which value is to stay in each row by a click or by Space.</source>
        <translation>单击或按空格键选择每行要保留的值。</translation>
    </message>
    <message>
        <source>All mine</source>
        <translation>全部用我的</translation>
    </message>
    <message>
        <source>All theirs</source>
        <translation>全部用他人的</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>The changes stay staged; Undo brings the conflict back</source>
        <translation>更改仍为暂存状态；“撤销”可恢复冲突</translation>
    </message>
    <message>
        <source>Apply and save</source>
        <translation>应用并保存</translation>
    </message>
    <message>
        <source>There is nothing to choose: the rows to be deleted are gone already.</source>
        <translation>没有可选择的内容：要删除的行已经不存在。</translation>
    </message>
</context>
<context>
    <name>ConflictModel</name>
    <message>
        <source>Table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原值</translation>
    </message>
    <message>
        <source>Theirs</source>
        <translation>他人的</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>我的</translation>
    </message>
    <message>
        <source>row deleted</source>
        <translation>行已删除</translation>
    </message>
    <message>
        <source>delete the row</source>
        <translation>删除该行</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
</context>
<context>
    <name>DayField</name>
    <message>
        <source>Choose a day (Alt+Down)</source>
        <translation>选择日期 (Alt+↓)</translation>
    </message>
</context>
<context>
    <name>DayPanel</name>
    <message>
        <source>Calendar</source>
        <translation>日历</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>Editors</name>
    <message>
        <source>✓  true</source>
        <translation>✓  真</translation>
    </message>
    <message>
        <source>✗  false</source>
        <translation>✗  假</translation>
    </message>
    <message>
        <source>Enter once more keeps it, to be put right before saving.</source>
        <translation>再按一次回车可保留它，保存前再更正。</translation>
    </message>
    <message>
        <source>This column needs a value.</source>
        <translation>此列必须有值。</translation>
    </message>
    <message>
        <source>Not a whole number. Digits only, such as 42 or -7.</source>
        <translation>不是整数。只能写数字，例如 42 或 -7。</translation>
    </message>
    <message>
        <source>Too large: whole numbers have 64 bits, up to 9,223,372,036,854,775,807.</source>
        <translation>太大：整数为 64 位，最大为 9,223,372,036,854,775,807。</translation>
    </message>
    <message>
        <source>Neither true nor false.</source>
        <translation>既不是真也不是假。</translation>
    </message>
    <message>
        <source>Choose one of: {0}</source>
        <translation>请选择其中之一：{0}</translation>
    </message>
    <message>
        <source>At most {0} digits before the point and {1} after it.</source>
        <translation>小数点前最多 {0} 位，小数点后最多 {1} 位。</translation>
    </message>
    <message>
        <source>Not a number. Write it like 3.14 or -2.</source>
        <translation>不是数字。请写成 3.14 或 -2 这样。</translation>
    </message>
    <message>
        <source>Not a date. Write it like 2026-03-31.</source>
        <translation>不是日期。请写成 2026-03-31 这样。</translation>
    </message>
    <message>
        <source>Not a time of day. Write it like 14:30:00.</source>
        <translation>不是时刻。请写成 14:30:00 这样。</translation>
    </message>
    <message>
        <source>Not a date and time. Write it like 2026-03-31 14:30:00.</source>
        <translation>不是日期时间。请写成 2026-03-31 14:30:00 这样。</translation>
    </message>
    <message>
        <source>Not valid JSON of this column&apos;s kind.</source>
        <translation>不是此列所需的有效 JSON。</translation>
    </message>
    <message>
        <source>Not a UUID. Write it like 123e4567-e89b-12d3-a456-426614174000.</source>
        <translation>不是 UUID。请写成 123e4567-e89b-12d3-a456-426614174000 这样。</translation>
    </message>
    <message>
        <source>Why the value is refused</source>
        <translation>该值被拒绝的原因</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>No row matches the filter.</source>
        <translation>没有符合筛选条件的行。</translation>
    </message>
    <message>
        <source>No rows yet. Add one with Ctrl+I.</source>
        <translation>还没有行。按 Ctrl+I 新增一行。</translation>
    </message>
    <message>
        <source>No rows.</source>
        <translation>没有行。</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>This column must have a value. Nothing was saved; give it one and save again.</source>
        <translation>此列必须有值。尚未保存任何更改；请填写后再保存。</translation>
    </message>
    <message>
        <source>Rows refer to one another: a row would refer to one that does not exist, or one that others refer to would go. Nothing was saved; correct the other row first.</source>
        <translation>行之间存在引用：某行引用的行不存在，或被引用的行将被删除。尚未保存任何更改；请先修改另一行。</translation>
    </message>
    <message>
        <source>Another row has this value already, and the column allows it only once. Nothing was saved; give another value and save again.</source>
        <translation>另一行已有这个值，而此列不允许重复。尚未保存任何更改；请换一个值再保存。</translation>
    </message>
    <message>
        <source>A rule of the table refuses this row. Nothing was saved; correct it and save again.</source>
        <translation>此行不符合表的规则。尚未保存任何更改；请修改后再保存。</translation>
    </message>
    <message>
        <source>Some staged values do not fit their columns; they are marked. Nothing was saved. Correct or undo them and save again; F8 goes to the next one.</source>
        <translation>有些暂存的值不符合所在列的类型，已作标记。未保存任何内容。请更正或撤销后再保存；按 F8 转到下一个。</translation>
    </message>
    <message>
        <source>There is no file at this place. It may have been moved, renamed or deleted; nothing was created.</source>
        <translation>此位置没有文件。它可能已被移动、改名或删除；没有新建任何文件。</translation>
    </message>
    <message>
        <source>This is a folder or a device, not a file. Choose a file in it instead.</source>
        <translation>这是文件夹或设备，不是文件。请选择其中的文件。</translation>
    </message>
    <message>
        <source>The file is empty: it holds no database. If it should have content, get it again from where it came from.</source>
        <translation>文件是空的，里面没有数据库。如果它应当有内容，请从原来的地方重新获取。</translation>
    </message>
    <message>
        <source>This file is not a database that can be opened here. If it should be one, it may be damaged; or it is encrypted by another program.</source>
        <translation>此文件不是这里能打开的数据库。如果它本应是数据库，可能已损坏，或被其他程序加密。</translation>
    </message>
    <message>
        <source>The end of the file is missing, perhaps after an interrupted copy or download. Copy it again from where it came from. The file was not changed.</source>
        <translation>文件末尾缺失，可能是复制或下载中断造成的。请从原来的地方重新复制。文件未被更改。</translation>
    </message>
    <message>
        <source>The system does not allow access to this file. Check its permissions, then try again.</source>
        <translation>系统不允许访问此文件。请检查其权限，然后重试。</translation>
    </message>
    <message>
        <source>The file was made by a newer version of Pytuck. Update this program to open it. The file was not changed.</source>
        <translation>此文件由更新版本的 Pytuck 创建。请更新本程序后再打开。文件未被更改。</translation>
    </message>
    <message>
        <source>Another file stands now where the open one was. Save your changes elsewhere, or open it again.</source>
        <translation>原来打开的文件已被另一个文件取代。请将更改另存到别处，或重新打开它。</translation>
    </message>
    <message>
        <source>The file is damaged and cannot be read safely. Use a backup copy. The file was not changed.</source>
        <translation>文件已损坏，无法安全读取。请使用备份。文件未被更改。</translation>
    </message>
    <message>
        <source>The disk is full or failed. Nothing of this was saved; make room, then save again.</source>
        <translation>磁盘已满或出错。这些更改都没有保存；请腾出空间后再保存。</translation>
    </message>
    <message>
        <source>The file is encrypted. Enter its password to open it.</source>
        <translation>文件已加密。请输入密码打开。</translation>
    </message>
    <message>
        <source>The password does not open this file. Check it and try again.</source>
        <translation>密码不正确，无法打开此文件。请检查后重试。</translation>
    </message>
    <message>
        <source>Another program is using the file and holds a lock on it. Wait for it or close it, then try again.</source>
        <translation>另一个程序正在使用并锁定此文件。请等待或关闭该程序，然后重试。</translation>
    </message>
    <message>
        <source>The file is open for reading only; it cannot be changed.</source>
        <translation>文件以只读方式打开，不能更改。</translation>
    </message>
    <message>
        <source>Somebody else changed or deleted this row since it was read. Nothing was saved. Look at the row again, then discard or repeat your edit.</source>
        <translation>读取之后，有人更改或删除了这一行。没有保存任何内容。请重新查看该行，再放弃或重做您的编辑。</translation>
    </message>
    <message>
        <source>It was opened for reading only, as asked.</source>
        <translation>已按要求以只读方式打开。</translation>
    </message>
    <message>
        <source>The system does not allow this file or its folder to be written.</source>
        <translation>系统不允许写入此文件或其所在的文件夹。</translation>
    </message>
    <message>
        <source>A newer version of Pytuck made this file; this one only reads it.</source>
        <translation>此文件由更新版本的 Pytuck 创建；当前版本只能读取。</translation>
    </message>
    <message>
        <source>The old Pytuck library made this file. Convert it to edit it.</source>
        <translation>此文件由旧版 Pytuck 库创建。请先转换再编辑。</translation>
    </message>
    <message>
        <source>Files of this format can only be read. Convert it to edit.</source>
        <translation>此格式的文件只能读取。请先转换再编辑。</translation>
    </message>
    <message>
        <source>Another program is writing to it. It can be edited when that has finished.</source>
        <translation>另一个程序正在写入此文件。等它完成后即可编辑。</translation>
    </message>
    <message>
        <source>Formatting, charts and formulas are lost when this workbook is saved.</source>
        <translation>保存此工作簿时，格式、图表和公式会丢失。</translation>
    </message>
</context>
<context>
    <name>FacetPanel</name>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到</translation>
    </message>
    <message>
        <source>More values</source>
        <translation>更多值</translation>
    </message>
    <message>
        <source>Stop counting</source>
        <translation>停止统计</translation>
    </message>
    <message>
        <source>Count again</source>
        <translation>重新统计</translation>
    </message>
    <message>
        <source>All values</source>
        <translation>所有值</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭 (Esc)</translation>
    </message>
    <message>
        <source>Values with their counts</source>
        <translation>值及其数量</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>{0} rows</source>
        <translation>{0} 行</translation>
    </message>
    <message>
        <source>{0} NULL</source>
        <translation>{0} 个 NULL</translation>
    </message>
    <message>
        <source>Changes that are not saved are not counted.</source>
        <translation>未保存的更改不计入统计。</translation>
    </message>
    <message>
        <source>more than {0} values</source>
        <translation>超过 {0} 个值</translation>
    </message>
    <message>
        <source>{0} values</source>
        <translation>{0} 个值</translation>
    </message>
</context>
<context>
    <name>FieldEditor</name>
    <message>
        <source>Why the value is refused</source>
        <translation>该值被拒绝的原因</translation>
    </message>
    <message>
        <source>Enter once more keeps it, to be put right before saving.</source>
        <translation>再按一次回车可保留它，保存前再更正。</translation>
    </message>
</context>
<context>
    <name>FilterLine</name>
    <message>
        <source>and {0} more</source>
        <translation>还有 {0} 个</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Remove this condition</source>
        <translation>移除此条件</translation>
    </message>
</context>
<context>
    <name>FilterPanel</name>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭 (Esc)</translation>
    </message>
    <message>
        <source>Clear all filters</source>
        <translation>清除所有筛选</translation>
    </message>
    <message>
        <source>Show only the rows that meet:</source>
        <translation>只显示符合以下条件的行：</translation>
    </message>
</context>
<context>
    <name>FilterRow</name>
    <message>
        <source>Filter row</source>
        <translation>筛选行</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter of {0}</source>
        <translation>{0} 的筛选</translation>
    </message>
    <message>
        <source>Show only rows whose {0} is:</source>
        <translation>只显示 {0} 符合以下条件的行：</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in all rows</source>
        <translation>在所有行中查找</translation>
    </message>
    <message>
        <source>Match upper and lower case</source>
        <translation>区分大小写</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>正则表达式</translation>
    </message>
    <message>
        <source>Matches</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Previous match (Shift+F3)</source>
        <translation>上一个匹配 (Shift+F3)</translation>
    </message>
    <message>
        <source>Next match (F3)</source>
        <translation>下一个匹配 (F3)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭 (Esc)</translation>
    </message>
    <message>
        <source>This is no regular expression: {0}.</source>
        <translation>这不是正则表达式：{0}。</translation>
    </message>
    <message>
        <source>more than {0}</source>
        <translation>超过 {0}</translation>
    </message>
    <message>
        <source>{0} matches so far · {1} searched…</source>
        <translation>目前找到 {0} 处 · 已查找 {1}…</translation>
    </message>
    <message>
        <source>No matches</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>{0} matches</source>
        <translation>{0} 处匹配</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>第 {0} 处，共 {1} 处</translation>
    </message>
</context>
<context>
    <name>Greetings</name>
    <message>
        <source>Converted. The old file is kept as “{0}”.</source>
        <translation>已转换。旧文件保留为“{0}”。</translation>
    </message>
    <message>
        <source>The old Pytuck library made this file, so it can only be read. Convert it to edit it; the old file is kept.</source>
        <translation>此文件由旧版 Pytuck 库创建，因此只能读取。转换后即可编辑；旧文件会保留。</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Process {0} is writing to this file, so it can only be read for now. What is saved there shows up here by itself.</source>
        <translation>进程 {0} 正在写入此文件，因此目前只能读取。它保存的内容会自动显示在这里。</translation>
    </message>
    <message>
        <source>Converting…</source>
        <translation>正在转换…</translation>
    </message>
</context>
<context>
    <name>GridTable</name>
    <message>
        <source>Rows of {0}</source>
        <translation>{0} 的行</translation>
    </message>
</context>
<context>
    <name>GridView</name>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Sort ascending</source>
        <translation>升序排列</translation>
    </message>
    <message>
        <source>Sort descending</source>
        <translation>降序排列</translation>
    </message>
    <message>
        <source>File order</source>
        <translation>文件中的顺序</translation>
    </message>
    <message>
        <source>Fit column to content</source>
        <translation>列宽适应内容</translation>
    </message>
    <message>
        <source>Fit all columns</source>
        <translation>所有列宽适应内容</translation>
    </message>
    <message>
        <source>Copy column name</source>
        <translation>复制列名</translation>
    </message>
    <message>
        <source>Freeze up to here</source>
        <translation>冻结到此列</translation>
    </message>
    <message>
        <source>Unfreeze columns</source>
        <translation>取消冻结</translation>
    </message>
    <message>
        <source>Hide column</source>
        <translation>隐藏列</translation>
    </message>
    <message>
        <source>Show hidden columns</source>
        <translation>显示隐藏的列</translation>
    </message>
    <message>
        <source>Columns…</source>
        <translation>列…</translation>
    </message>
    <message>
        <source>{0}, row {1}, column {2}</source>
        <translation>{0}，行 {1}，列 {2}</translation>
    </message>
    <message>
        <source>{0}, row {1}</source>
        <translation>{0}，行 {1}</translation>
    </message>
    <message>
        <source>{0}, column {1}</source>
        <translation>{0}，列 {1}</translation>
    </message>
    <message>
        <source>The file is open for reading only; it cannot be changed.</source>
        <translation>文件以只读方式打开，不能更改。</translation>
    </message>
    <message>
        <source>These rows cannot be edited: a view, or a table without a key to find a row by.</source>
        <translation>这些行不能编辑：这是视图，或没有可用来定位行的键的表。</translation>
    </message>
    <message>
        <source>The file computes this column itself; it cannot be edited.</source>
        <translation>此列由文件自动计算，不能编辑。</translation>
    </message>
    <message>
        <source>These rows are still being loaded. Try again in a moment.</source>
        <translation>这些行仍在加载。请稍后再试。</translation>
    </message>
    <message>
        <source>This row is about to be deleted. Undo that to edit it.</source>
        <translation>这一行即将被删除。请先撤销删除再编辑。</translation>
    </message>
    <message>
        <source>Binary values are edited in a window: Shift+F2.</source>
        <translation>二进制值在窗口中编辑：Shift+F2。</translation>
    </message>
    <message>
        <source>This text is not in UTF-8 and cannot be edited as text; Set NULL clears it.</source>
        <translation>此文本不是 UTF-8 编码，无法作为文本编辑；可用“设为 NULL”清除。</translation>
    </message>
    <message>
        <source>This text is too long to be edited in a cell; it can be copied.</source>
        <translation>此文本过长，无法在单元格中编辑；可以复制。</translation>
    </message>
    <message>
        <source>This row is gone: somebody else has deleted it meanwhile.</source>
        <translation>此行已不存在：其间已被他人删除。</translation>
    </message>
    <message>
        <source>This column needs a value; it cannot be NULL.</source>
        <translation>此列必须有值，不能为 NULL。</translation>
    </message>
    <message>
        <source>This row is not among the rows shown here.</source>
        <translation>此行不在当前显示的行中。</translation>
    </message>
    <message>
        <source>That is too much at once. Export the table instead.</source>
        <translation>一次处理的单元格太多，请改为导出该表。</translation>
    </message>
    <message>
        <source>Pasted values that do not fit their columns: {0}. F8 goes to the next.</source>
        <translation>粘贴的值中有 {0} 个不符合所在列的类型。按 F8 转到下一个。</translation>
    </message>
</context>
<context>
    <name>GroupEditor</name>
    <message>
        <source>Which of these conditions a row must meet</source>
        <translation>行必须符合哪些条件</translation>
    </message>
    <message>
        <source>+ Condition</source>
        <translation>+ 条件</translation>
    </message>
    <message>
        <source>+ Group</source>
        <translation>+ 组</translation>
    </message>
    <message>
        <source>Remove this group</source>
        <translation>移除此组</translation>
    </message>
</context>
<context>
    <name>HexPane</name>
    <message>
        <source>Bytes in hex</source>
        <translation>十六进制字节</translation>
    </message>
</context>
<context>
    <name>Histogram</name>
    <message>
        <source>How the values are spread</source>
        <translation>值的分布</translation>
    </message>
    <message>
        <source>{0}: {1} rows</source>
        <translation>{0}：{1} 行</translation>
    </message>
    <message>
        <source>{0} to below {1}: {2} rows</source>
        <translation>{0} 至 {1}（不含）：{2} 行</translation>
    </message>
</context>
<context>
    <name>JsonModel</name>
    <message>
        <source>Key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
</context>
<context>
    <name>JsonPane</name>
    <message>
        <source>JSON as a tree</source>
        <translation>JSON 树</translation>
    </message>
    <message>
        <source>F2 edits, Ins adds, Del removes; text needs no quotation marks.</source>
        <translation>F2 编辑，Ins 添加，Del 删除；文本不需要引号。</translation>
    </message>
    <message>
        <source>Too deep to be shown as a tree.</source>
        <translation>嵌套太深，无法以树形显示。</translation>
    </message>
    <message>
        <source>Not JSON yet: line {0}, column {1}.</source>
        <translation>还不是 JSON：第 {0} 行，第 {1} 列。</translation>
    </message>
</context>
<context>
    <name>Jumps</name>
    <message>
        <source>There is no table {0} in the file.</source>
        <translation>文件中没有表 {0}。</translation>
    </message>
    <message>
        <source>The reference leads nowhere: {0} has no row with {1}.</source>
        <translation>此引用没有指向任何行：{0} 中没有 {1} 的行。</translation>
    </message>
</context>
<context>
    <name>KeyList</name>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <source>Rows to refer to</source>
        <translation>可引用的行</translation>
    </message>
    <message>
        <source>No row has this in its key or its texts.</source>
        <translation>没有行的键或文本包含此内容。</translation>
    </message>
</context>
<context>
    <name>LinesField</name>
    <message>
        <source>Edit in a window (Shift+F2)</source>
        <translation>在窗口中编辑 (Shift+F2)</translation>
    </message>
    <message>
        <source>Edit in a window</source>
        <translation>在窗口中编辑</translation>
    </message>
</context>
<context>
    <name>NotePage</name>
    <message>
        <source>Opening {0}…</source>
        <translation>正在打开 {0}…</translation>
    </message>
    <message>
        <source>{0} has no tables yet.</source>
        <translation>{0} 中还没有表。</translation>
    </message>
</context>
<context>
    <name>Picture</name>
    <message>
        <source>This image cannot be shown.</source>
        <translation>无法显示此图像。</translation>
    </message>
</context>
<context>
    <name>ProblemPage</name>
    <message>
        <source>Choose another…</source>
        <translation>选择其他文件…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Enter password…</source>
        <translation>输入密码…</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
</context>
<context>
    <name>Prompts</name>
    <message>
        <source>Databases and tables</source>
        <translation>数据库和表格</translation>
    </message>
    <message>
        <source>Databases</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Documents with tables</source>
        <translation>含表格的文档</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Open files</source>
        <translation>打开文件</translation>
    </message>
    <message>
        <source>Save the changes to “{0}”?</source>
        <translation>保存对“{0}”的更改吗？</translation>
    </message>
    <message>
        <source>Staged changes: {0}. They are lost if you do not save.</source>
        <translation>未保存的更改：{0} 处。如果不保存，它们将丢失。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Discard {0} changes to “{1}”?</source>
        <translation>放弃对“{1}”的 {0} 处更改吗？</translation>
    </message>
    <message>
        <source>Undo brings them back while the file is open.</source>
        <translation>文件打开期间可用“撤销”恢复。</translation>
    </message>
</context>
<context>
    <name>QuietPage</name>
    <message>
        <source>Choose a table in the sidebar.</source>
        <translation>请在侧边栏中选择一个表。</translation>
    </message>
</context>
<context>
    <name>RecentChanges</name>
    <message>
        <source>Recent changes</source>
        <translation>最近的更改</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Leaves the rows on the screen as they are</source>
        <translation>屏幕上的行保持不变</translation>
    </message>
    <message>
        <source>Clear list</source>
        <translation>清空列表</translation>
    </message>
    <message>
        <source>Tell rows among programs</source>
        <translation>在程序之间通报行</translation>
    </message>
    <message>
        <source>The file keeps a log of its last changes from now on, so that it is known which rows another program has changed</source>
        <translation>从现在起，文件会记录最近的更改，从而得知其他程序更改了哪些行</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Open a table to see what is changed in its file.</source>
        <translation>打开一个表以查看其文件的更改。</translation>
    </message>
    <message>
        <source>Paused: the rows on the screen stay as they are.</source>
        <translation>已暂停：屏幕上的行保持不变。</translation>
    </message>
    <message>
        <source>Nothing was changed since the file was opened.</source>
        <translation>自文件打开以来没有任何更改。</translation>
    </message>
    <message>
        <source>{0} commits came too fast to be listed.</source>
        <translation>{0} 次提交来得太快，无法列出。</translation>
    </message>
</context>
<context>
    <name>RecentFile</name>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open {0}</source>
        <translation>打开 {0}</translation>
    </message>
    <message>
        <source>Remove from this list</source>
        <translation>从此列表中移除</translation>
    </message>
</context>
<context>
    <name>RecentModel</name>
    <message>
        <source>The whole file</source>
        <translation>整个文件</translation>
    </message>
    <message>
        <source>Tables were changed</source>
        <translation>表结构已更改</translation>
    </message>
    <message>
        <source>It is not known what</source>
        <translation>不清楚更改了什么</translation>
    </message>
    <message>
        <source>{0} new</source>
        <translation>新增 {0}</translation>
    </message>
    <message>
        <source>{0} changed</source>
        <translation>更改 {0}</translation>
    </message>
    <message>
        <source>{0} deleted</source>
        <translation>删除 {0}</translation>
    </message>
    <message>
        <source>and others</source>
        <translation>及其他</translation>
    </message>
    <message>
        <source>It is not known which rows</source>
        <translation>不清楚更改了哪些行</translation>
    </message>
    <message>
        <source>This window</source>
        <translation>本窗口</translation>
    </message>
    <message>
        <source>Another program</source>
        <translation>其他程序</translation>
    </message>
</context>
<context>
    <name>Record</name>
    <message>
        <source>Refers to</source>
        <translation>引用</translation>
    </message>
    <message>
        <source>NULL: refers to nothing</source>
        <translation>NULL：未引用任何行</translation>
    </message>
    <message>
        <source>searching…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Leads nowhere: {0} has no row with {1}</source>
        <translation>没有指向任何行：{0} 中没有 {1} 的行</translation>
    </message>
    <message>
        <source>Leads nowhere: there is no table {0}</source>
        <translation>没有指向任何行：没有表 {0}</translation>
    </message>
    <message>
        <source>The key is too long to be searched for here.</source>
        <translation>键太长，无法在此查找。</translation>
    </message>
    <message>
        <source>Show all in {0}</source>
        <translation>显示 {0} 中的全部行</translation>
    </message>
    <message>
        <source>Show all {1} in {0}</source>
        <translation>显示 {0} 中的全部 {1} 行</translation>
    </message>
</context>
<context>
    <name>RecordForm</name>
    <message>
        <source>Fields and related rows</source>
        <translation>字段和相关行</translation>
    </message>
</context>
<context>
    <name>RecordPanel</name>
    <message>
        <source>Previous row</source>
        <translation>上一行</translation>
    </message>
    <message>
        <source>Next row</source>
        <translation>下一行</translation>
    </message>
    <message>
        <source>Find a column</source>
        <translation>查找列</translation>
    </message>
    <message>
        <source>Select a row of a table to see it here.</source>
        <translation>在表中选择一行，即可在此查看。</translation>
    </message>
    <message>
        <source>What was typed for {0} does not fit and was left out.</source>
        <translation>为 {0} 输入的内容不符合要求，未采用。</translation>
    </message>
    <message>
        <source>Row {0} of {1}</source>
        <translation>第 {0} 行，共 {1} 行</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>about to be deleted</source>
        <translation>将被删除</translation>
    </message>
    <message>
        <source>The file is open for reading only; it cannot be changed.</source>
        <translation>文件以只读方式打开，不能更改。</translation>
    </message>
    <message>
        <source>Rows of a view, or without a key, cannot be edited.</source>
        <translation>视图中的行和没有键的行不能编辑。</translation>
    </message>
    <message>
        <source>The file computes this column itself; it cannot be edited.</source>
        <translation>此列由文件自动计算，不能编辑。</translation>
    </message>
    <message>
        <source>This row is still being loaded. Try again in a moment.</source>
        <translation>这一行仍在加载。请稍后再试。</translation>
    </message>
    <message>
        <source>This row is about to be deleted. Undo that to edit it.</source>
        <translation>这一行即将被删除。请先撤销删除再编辑。</translation>
    </message>
    <message>
        <source>This text is not in UTF-8 and cannot be edited as text; Set NULL clears it.</source>
        <translation>此文本不是 UTF-8 编码，不能作为文本编辑；可用“设为 NULL”清除。</translation>
    </message>
    <message>
        <source>This value is too long to be edited here.</source>
        <translation>此值太长，不能在此编辑。</translation>
    </message>
    <message>
        <source>This column needs a value; it cannot be NULL.</source>
        <translation>此列必须有值，不能为 NULL。</translation>
    </message>
</context>
<context>
    <name>ReviewDialog</name>
    <message>
        <source>Review changes</source>
        <translation>查看更改</translation>
    </message>
    <message>
        <source>Statements</source>
        <translation>语句</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Staged changes</source>
        <translation>暂存的更改</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Unstages the selected changes; Undo brings them back</source>
        <translation>取消暂存所选更改；“撤销”可恢复</translation>
    </message>
    <message>
        <source>Copy statements</source>
        <translation>复制语句</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>There is nothing to save.</source>
        <translation>没有需要保存的内容。</translation>
    </message>
    <message>
        <source>Staged changes: {0}</source>
        <translation>暂存的更改：{0}</translation>
    </message>
    <message>
        <source>and more: “Copy statements” copies all of them, with whole values</source>
        <translation>还有更多：“复制语句”会复制全部语句及完整的值</translation>
    </message>
</context>
<context>
    <name>ReviewModel</name>
    <message>
        <source>Table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>更改前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>更改后</translation>
    </message>
    <message>
        <source>New row</source>
        <translation>新行</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>Deleted row</source>
        <translation>已删除的行</translation>
    </message>
    <message>
        <source>Does not fit its column</source>
        <translation>不符合所在列的类型</translation>
    </message>
</context>
<context>
    <name>RowHeader</name>
    <message>
        <source>Row numbers</source>
        <translation>行号</translation>
    </message>
</context>
<context>
    <name>Saving</name>
    <message>
        <source>The process that reads this file has ended. The file itself keeps its last saved state; staged changes are still here.</source>
        <translation>读取此文件的进程已结束。文件保持上次保存的状态；未保存的更改仍在这里。</translation>
    </message>
    <message>
        <source>Open again</source>
        <translation>重新打开</translation>
    </message>
</context>
<context>
    <name>SidePanels</name>
    <message>
        <source>Close this panel</source>
        <translation>关闭此面板</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Open files and their tables</source>
        <translation>打开的文件及其表</translation>
    </message>
    <message>
        <source>Open in a tab of its own</source>
        <translation>在独立标签页中打开</translation>
    </message>
    <message>
        <source>Close this file</source>
        <translation>关闭此文件</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation>打开示例</translation>
    </message>
    <message>
        <source>Browse and edit .pytuck files and SQLite databases.</source>
        <translation>浏览和编辑 .pytuck 文件与 SQLite 数据库。</translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation>最近的文件</translation>
    </message>
    <message>
        <source>Drop files here, or</source>
        <translation>将文件拖到这里，或</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>What others change is not shown until “Recent changes” goes on</source>
        <translation>在“最近的更改”中继续之前，不显示他人的更改</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>Staged changes</source>
        <translation>未保存的更改</translation>
    </message>
    <message>
        <source>Time of the last query</source>
        <translation>上次查询用时</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Read-only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>1 staged change</source>
        <translation>1 处未保存的更改</translation>
    </message>
    <message>
        <source>{0} staged changes</source>
        <translation>{0} 处未保存的更改</translation>
    </message>
    <message>
        <source>{0}, {1} invalid</source>
        <translation>{0}，{1} 个无效</translation>
    </message>
    <message>
        <source>1 row</source>
        <translation>1 行</translation>
    </message>
    <message>
        <source>{0} rows</source>
        <translation>{0} 行</translation>
    </message>
    <message>
        <source>{0} · sorting…</source>
        <translation>{0} · 正在排序…</translation>
    </message>
    <message>
        <source>{0} rows found · searching…</source>
        <translation>已找到 {0} 行 · 正在查找…</translation>
    </message>
    <message>
        <source>{0} rows found</source>
        <translation>找到 {0} 行</translation>
    </message>
    <message>
        <source>{0} of {1} rows</source>
        <translation>{1} 行中的 {0} 行</translation>
    </message>
    <message>
        <source>{0} cells</source>
        <translation>{0} 个单元格</translation>
    </message>
    <message>
        <source>Selected: {0} in {1}</source>
        <translation>已选 {0}，{1}</translation>
    </message>
    <message>
        <source>Sum {0} · Average {1}</source>
        <translation>合计 {0} · 平均 {1}</translation>
    </message>
</context>
<context>
    <name>Steps</name>
    <message>
        <source>a cell edited</source>
        <translation>编辑了 1 个单元格</translation>
    </message>
    <message>
        <source>a row added</source>
        <translation>添加了 1 行</translation>
    </message>
    <message>
        <source>a row duplicated</source>
        <translation>复制了 1 行</translation>
    </message>
    <message>
        <source>a row deleted</source>
        <translation>删除了 1 行</translation>
    </message>
    <message>
        <source>a change discarded</source>
        <translation>放弃了 1 项更改</translation>
    </message>
    <message>
        <source>{0} cells edited</source>
        <translation>编辑了 {0} 个单元格</translation>
    </message>
    <message>
        <source>NULL set ({0})</source>
        <translation>设为 NULL（{0}）</translation>
    </message>
    <message>
        <source>cells pasted ({0})</source>
        <translation>粘贴了单元格（{0}）</translation>
    </message>
    <message>
        <source>cells filled down ({0})</source>
        <translation>向下填充（{0}）</translation>
    </message>
    <message>
        <source>column set ({0})</source>
        <translation>设置了列（{0}）</translation>
    </message>
    <message>
        <source>{0} rows added</source>
        <translation>添加了 {0} 行</translation>
    </message>
    <message>
        <source>{0} rows duplicated</source>
        <translation>复制了 {0} 行</translation>
    </message>
    <message>
        <source>{0} rows deleted</source>
        <translation>删除了 {0} 行</translation>
    </message>
    <message>
        <source>conflicts settled</source>
        <translation>解决了冲突</translation>
    </message>
    <message>
        <source>{0} changes discarded</source>
        <translation>放弃了 {0} 项更改</translation>
    </message>
</context>
<context>
    <name>TabStrip</name>
    <message>
        <source>Open tables</source>
        <translation>打开的表</translation>
    </message>
</context>
<context>
    <name>TestEditor</name>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较方式</translation>
    </message>
    <message>
        <source>Remove this condition</source>
        <translation>移除此条件</translation>
    </message>
</context>
<context>
    <name>TextPane</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>{0} characters, {1} lines</source>
        <translation>{0} 个字符，{1} 行</translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
</context>
<context>
    <name>UnlockDialog</name>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>That password does not open the file. Try again.</source>
        <translation>密码不正确，请重试。</translation>
    </message>
    <message>
        <source>Show password</source>
        <translation>显示密码</translation>
    </message>
    <message>
        <source>“{0}” is encrypted</source>
        <translation>“{0}”已加密</translation>
    </message>
    <message>
        <source>Enter its password to open it.</source>
        <translation>请输入密码以打开。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ValueField</name>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>a, b, null</source>
        <translation>a, b, null</translation>
    </message>
    <message>
        <source>Choose a day</source>
        <translation>选择日期</translation>
    </message>
</context>
<context>
    <name>ValuePanel</name>
    <message>
        <source>Load it</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>How the value is shown</source>
        <translation>值的显示方式</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Part before</source>
        <translation>上一部分</translation>
    </message>
    <message>
        <source>Next part</source>
        <translation>下一部分</translation>
    </message>
    <message>
        <source>Select a cell to see its value here.</source>
        <translation>选择一个单元格，即可在此查看它的值。</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>Only the beginning is here; large values are loaded when you ask.</source>
        <translation>这里只有开头部分；较大的值在需要时再加载。</translation>
    </message>
    <message>
        <source>This text is not in UTF-8; “�” stands for what cannot be read.</source>
        <translation>此文本不是 UTF-8 编码；“�”代表无法读取的内容。</translation>
    </message>
    <message>
        <source>There are invisible characters in this text.</source>
        <translation>此文本中有不可见字符。</translation>
    </message>
    <message>
        <source>1 character</source>
        <translation>1 个字符</translation>
    </message>
    <message>
        <source>{0} characters</source>
        <translation>{0} 个字符</translation>
    </message>
    <message>
        <source>{0} to {1} of {2}</source>
        <translation>第 {0} 至 {1}，共 {2}</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>十六进制</translation>
    </message>
</context>
<context>
    <name>ValueQuestion</name>
    <message>
        <source>Set column to value</source>
        <translation>将列设为值</translation>
    </message>
    <message>
        <source>{0} in {1} selected rows:</source>
        <translation>选中的 {1} 行中的 {0}：</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Set NULL</source>
        <translation>设为 NULL</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>ValueWindow</name>
    <message>
        <source>Value of {0}</source>
        <translation>{0} 的值</translation>
    </message>
    <message>
        <source>Tree</source>
        <translation>树</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>载入…</translation>
    </message>
    <message>
        <source>Save to file…</source>
        <translation>保存到文件…</translation>
    </message>
    <message>
        <source>Set NULL</source>
        <translation>设为 NULL</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Not JSON: line {0}, column {1}.</source>
        <translation>不是 JSON：第 {0} 行，第 {1} 列。</translation>
    </message>
    <message>
        <source>{0} bytes</source>
        <translation>{0} 字节</translation>
    </message>
    <message>
        <source>Load the value from a file</source>
        <translation>从文件载入值</translation>
    </message>
    <message>
        <source>Save the value to a file</source>
        <translation>将值保存到文件</translation>
    </message>
    <message>
        <source>This file is no text in UTF-8.</source>
        <translation>此文件不是 UTF-8 文本。</translation>
    </message>
    <message>
        <source>Saved to {0}</source>
        <translation>已保存到 {0}</translation>
    </message>
    <message>
        <source>The file is larger than 100 MB.</source>
        <translation>文件大于 100 MB。</translation>
    </message>
</context>
<context>
    <name>ValueWindows</name>
    <message>
        <source>{0}, row {1}, column {2}</source>
        <translation>{0}，第 {1} 行，{2} 列</translation>
    </message>
</context>
<context>
    <name>_Tree</name>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>view</name>
    <message>
        <source>Go to row</source>
        <translation>转到行</translation>
    </message>
    <message>
        <source>Number of the row, 1 to {0}:</source>
        <translation>行号，1 到 {0}：</translation>
    </message>
</context>
</TS>
