// SPDX-License-Identifier: GPL-3.0-or-later

/// How the page looks: light and dark as the reader's system is, one column on a phone, and paper.
enum HTMLStyle {
    static let css = """
        :root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1b2430;--soft:#5b6776;
        --line:#dfe3e8;--bar:#3f6fb5;--warn:#9a3412;--warn-page:#fff1e6;--l0:#a7b1bd;--l1:#f0c35a;
        --l2:#ee9b45;--l3:#df6440;--l4:#b93434;--l5:#741a3c}
        @media (prefers-color-scheme:dark){:root{--page:#11161d;--card:#1a212b;--ink:#e7ebf0;
        --soft:#9aa7b6;--line:#2d3743;--bar:#6f9fe3;--warn:#ffb787;--warn-page:#3a2417;--l0:#66717f;
        --l1:#e3bb5c;--l2:#ee9b45;--l3:#ee6f4b;--l4:#ec4b59;--l5:#f4338f}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);
        font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
        -webkit-text-size-adjust:100%}
        main{max-width:1080px;margin:0 auto;padding:28px 20px 40px}
        header{margin-bottom:20px}
        h1{font-size:26px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
        h2{font-size:16px;margin:0 0 2px}
        p{margin:0}
        .soft,.note{color:var(--soft)}
        .note{font-size:13px;margin-bottom:12px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;
        margin:0 0 16px;padding:0}
        .tile,section{background:var(--card);border:1px solid var(--line);border-radius:10px}
        .tile{padding:12px 16px}
        .tile dt{color:var(--soft);font-size:13px}
        .tile dd{margin:0;font-size:26px;font-weight:650;line-height:1.25;
        font-variant-numeric:tabular-nums}
        .tile dd small{display:block;font-size:13px;font-weight:400;color:var(--soft);line-height:1.4}
        .warn{background:var(--warn-page);color:var(--warn);border:1px solid var(--warn);
        border-radius:10px;padding:10px 16px;margin-bottom:16px}
        section{padding:16px 20px 18px;margin-bottom:16px;min-width:0}
        .pair{columns:2 420px;column-gap:16px}
        .pair section{break-inside:avoid}
        svg{display:block;width:100%;overflow:visible}
        svg text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
        svg text.name{fill:var(--ink);font-size:13px}
        .grid{stroke:var(--line);stroke-width:1}
        .base{stroke:var(--soft);stroke-width:1}
        .back{fill:var(--line);opacity:.45}
        .fill{fill:var(--bar)}
        .l0{fill:var(--l0);background:var(--l0)}.l1{fill:var(--l1);background:var(--l1)}
        .l2{fill:var(--l2);background:var(--l2)}.l3{fill:var(--l3);background:var(--l3)}
        .l4{fill:var(--l4);background:var(--l4)}.l5{fill:var(--l5);background:var(--l5)}
        .key{display:flex;flex-wrap:wrap;gap:4px 16px;margin:10px 0 0;padding:0;list-style:none;
        font-size:13px;color:var(--soft)}
        .key i,.level i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}
        .level{white-space:nowrap}
        table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
        caption{text-align:left}
        th{font-weight:600;font-size:13px;color:var(--soft);text-align:left}
        th,td{padding:6px 10px 6px 0;vertical-align:top;border-bottom:1px solid var(--line)}
        tbody tr:last-child>*{border-bottom:0}
        tbody th{color:var(--ink);font-size:15px;font-weight:500;overflow-wrap:anywhere}
        .n{text-align:right}
        th:last-child,td:last-child{padding-right:0}
        .when,.num{white-space:nowrap}
        .cards tbody th{white-space:nowrap}
        details{margin-top:10px}
        summary{cursor:pointer;color:var(--soft);font-size:13px}
        footer{color:var(--soft);font-size:13px;padding:4px 4px 0}
        @media (max-width:760px){main{padding:18px 12px 28px}section{padding:14px 14px 16px}
        h1{font-size:22px}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}
        .tile dd{font-size:22px}
        .cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .cards,.cards tbody,.cards tr{display:block}
        .cards tr{display:grid;grid-template-columns:1fr 1fr 1fr;gap:2px 12px;padding:10px 0;
        border-bottom:1px solid var(--line)}
        .cards tbody tr:last-child{border-bottom:0;padding-bottom:0}
        .cards th,.cards td{display:block;border:0;padding:0;text-align:left}
        .cards tbody th{grid-column:1/3;font-weight:650;white-space:normal}
        .cards td.wide{grid-column:1/-1}
        .cards td[data-label]::before{content:attr(data-label);display:block;font-size:12px;
        color:var(--soft)}}
        @media print{body{background:#fff;font-size:11px}main{max-width:none;padding:0}
        section,.tile{break-inside:avoid}}
        """
}
