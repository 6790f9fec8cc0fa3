
// Two comforts; without them the page shows all it has.
(() => {
  const said = document.getElementById('said');
  const copiedText = document.body.dataset.copied;

  const copy = async code => {
    // Refused, or not there, as on plain http, which many a mirror is on: the old way.
    try { await navigator.clipboard.writeText(code.textContent); return true; } catch { /* below */ }
    const selection = getSelection();
    selection.selectAllChildren(code);
    const done = document.execCommand('copy');
    // What could not be copied stays selected: Ctrl+C does it.
    if (done) selection.removeAllRanges();
    return done;
  };

  for (const button of document.querySelectorAll('.copy')) {
    const label = button.textContent;
    let back;
    button.hidden = false;
    button.addEventListener('click', async () => {
      if (!await copy(document.getElementById(button.dataset.copy))) return;
      button.textContent = copiedText;
      said.textContent = copiedText;
      clearTimeout(back);
      back = setTimeout(() => { button.textContent = label; said.textContent = ''; }, 2000);
    });
  }

  // Tabs as in the ARIA Authoring Practices: one of them is in the tab order, arrows go round.
  for (const group of document.querySelectorAll('.tabs')) {
    const panels = [...group.children];
    const list = document.createElement('div');
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-labelledby', group.dataset.label);
    const tabs = panels.map(panel => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.id = panel.id + '-tab';
      tab.textContent = panel.querySelector('h3').textContent;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', panel.id);
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      list.append(tab);
      return tab;
    });
    const select = chosen => tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
      panels[i].hidden = i !== chosen;
    });
    tabs.forEach((tab, i) => {
      tab.addEventListener('click', () => select(i));
      tab.addEventListener('keydown', event => {
        const next = { ArrowRight: i + 1, ArrowLeft: i - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        select(next % tabs.length);
        tabs[next % tabs.length].focus();
      });
    });
    group.prepend(list);
    select(0);
  }
})();
