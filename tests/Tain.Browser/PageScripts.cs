namespace Tain.Browser;

/// <summary>What is measured in the page itself.</summary>
internal static class PageScripts
{
    /// <summary>WCAG 2 contrast of each visible text with what is behind it: "RATIO text", worst first.</summary>
    public const string Contrasts = """
        () => {
          const channels = color => color.match(/[\d.]+/g).map(Number);
          const over = (front, back) => { const a = front[3] ?? 1; return [0, 1, 2].map(i => front[i] * a + back[i] * (1 - a)); };
          const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const behind = e => {
            const color = channels(getComputedStyle(e).backgroundColor);
            if ((color[3] ?? 1) === 1) return color;
            return over(color, e.parentElement ? behind(e.parentElement) : [255, 255, 255]);
          };
          const texts = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
            if (!text || ['SCRIPT', 'STYLE'].includes(e.tagName) || !e.checkVisibility()) continue;
            const back = behind(e), front = over(channels(getComputedStyle(e).color), back);
            const [dark, bright] = [light(back), light(front)].sort((a, b) => a - b);
            texts.push([(bright + .05) / (dark + .05), text]);
          }
          return texts.sort((a, b) => a[0] - b[0]).map(([ratio, text]) => ratio.toFixed(2) + ' ' + text);
        }
        """;

    /// <summary>Elements that show and stick out of the window, or whose content is wider than they are.</summary>
    public const string Overflowing = """
        () => [...document.querySelectorAll('body *')]
          .filter(e => e.checkVisibility() && !e.matches('.unseen, .skip, script, svg *'))
          .filter(e => e.getBoundingClientRect().right > innerWidth || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
          .map(e => e.outerHTML.slice(0, 120))
        """;
}
