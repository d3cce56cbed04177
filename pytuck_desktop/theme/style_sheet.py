"""The few things Fusion does not draw as we want them. No Qt."""

from __future__ import annotations

from pytuck_desktop.resources import resource_path
from pytuck_desktop.theme.tokens import Tokens


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet of the main window and its dialogs."""
    arrow = resource_path("icons", "combo-arrow.svg").replace("\\", "/")
    return _SHEET.format_map({**tokens._asdict(), "arrow": arrow})


_SHEET = """
QMainWindow, QDialog {{ background: {window}; }}
QMenuBar {{ background: {window}; border: none; padding: 2px 4px; }}
QMenuBar::item {{ background: transparent; padding: 4px 9px; border-radius: 5px; }}
QMenuBar::item:selected {{ background: {hover}; color: {text}; }}
QMenu {{ background: {raised}; border: 1px solid {border}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 10px; border-radius: 5px; color: {text}; }}
QMenu::item:selected {{ background: {selection}; color: {text}; }}
QMenu::item:disabled {{ color: {disabled}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 5px 6px; }}
QMenu::icon {{ padding-left: 8px; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px 6px; }}
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {border};
    padding: 3px 8px 5px 8px; spacing: 2px; }}
QToolBar::separator {{ background: {border}; width: 1px; margin: 5px 7px; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px 8px;
    color: {text}; background: transparent; }}
QToolButton:hover:enabled {{ background: {hover}; }}
QToolButton:pressed:enabled, QToolButton:checked {{ background: {selection}; }}
QToolButton:disabled {{ color: {disabled}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton#saveButton:enabled {{ background: {accent}; color: {on_accent}; font-weight: 600;
    padding: 4px 12px; }}
QToolButton#saveButton:disabled {{ padding: 4px 12px; }}
QToolButton#saveButton:focus {{ border-color: {text}; }}
QTabWidget#sidePanels::pane {{ border: none; border-top: 1px solid {border}; }}
QTabWidget#sidePanels QTabBar::tab {{ padding: 7px 12px; border: none; color: {muted};
    border-bottom: 2px solid transparent; }}
QTabWidget#sidePanels QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabWidget#sidePanels QTabBar::tab:hover {{ color: {text}; }}
QToolButton#tabClose {{ padding: 1px; border-radius: 4px; }}
QPushButton {{ border: 1px solid {border}; border-radius: 6px; padding: 5px 14px;
    background: {base}; color: {text}; min-height: 18px; }}
QPushButton:hover:enabled {{ background: {hover}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {disabled}; background: {window}; }}
QPushButton:default, QPushButton#primary {{ background: {accent}; border-color: {accent};
    color: {on_accent}; font-weight: 600; }}
QPushButton#primary:focus, QPushButton:default:focus {{ border-color: {text}; }}
QPushButton#flat {{ background: transparent; border-color: transparent; color: {accent_text};
    padding: 3px 8px; }}
QPushButton#flat:hover {{ background: {hover}; }}
QPushButton#flat:focus {{ border-color: {accent}; }}
QLineEdit, QPlainTextEdit {{ border: 1px solid {border}; border-radius: 6px; padding: 4px 8px;
    background: {base}; color: {text}; selection-background-color: {selection};
    selection-color: {text}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {accent}; }}
QLineEdit#cellEditor, QPlainTextEdit#cellEditor {{ border: 2px solid {accent};
    border-radius: 3px; padding: 0 5px; }}
QPlainTextEdit#cellEditor QToolButton {{ padding: 2px; background: {raised}; }}
QLineEdit#cellEditor[refused="true"], QPlainTextEdit#cellEditor[refused="true"] {{
    border-color: {deleted_text}; background: {deleted_back}; }}
QComboBox {{ border: 1px solid {border}; border-radius: 6px; padding: 3px 8px;
    background: {base}; color: {text}; }}
QComboBox:focus {{ border-color: {accent}; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
QComboBox#cellEditor {{ border: 2px solid {accent}; border-radius: 3px; padding: 0 4px; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {border};
    selection-background-color: {selection}; selection-color: {text}; }}
QCheckBox {{ color: {text}; spacing: 7px; }}
QSplitter::handle {{ background: {border}; }}
QSplitter::handle:hover {{ background: {accent}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QTreeView#sidebarTree {{ background: {window}; border: none; outline: none; }}
QListView#panelList {{ background: {base}; border: 1px solid {border}; border-radius: 6px;
    outline: none; }}
QListView#columnList {{ background: {base}; border: 1px solid {border}; border-radius: 6px;
    padding: 3px; outline: none; }}
QListView#columnList::item {{ padding: 3px 4px; border-radius: 4px; color: {text}; }}
QListView#columnList::item:selected {{ background: {selection}; color: {text}; }}
QTableView#keyChoices {{ background: {raised}; border: none; outline: none;
    selection-background-color: {selection}; selection-color: {text}; }}
QTableView#keyChoices QHeaderView, QTableView#keyChoices QHeaderView::section {{
    background: {raised}; color: {muted}; border: none; padding: 2px 4px; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {raised}; }}
QCalendarWidget QToolButton {{ color: {text}; font-weight: 600; padding: 3px 8px; }}
QCalendarWidget QAbstractItemView {{ background: {raised}; selection-background-color: {accent};
    selection-color: {on_accent}; outline: none; }}
QTableView#grid {{ background: {base}; border: none; outline: none;
    gridline-color: {grid_line}; }}
QTableView#grid QHeaderView {{ background: {raised}; border: none;
    border-bottom: 1px solid {border}; }}
QTableView#grid QHeaderView:vertical {{ background: {base}; border: none; }}
QTableCornerButton::section {{ background: {raised}; border: none;
    border-bottom: 1px solid {border}; border-right: 1px solid {border}; }}
QScrollBar {{ background: {base}; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QAbstractScrollArea::corner {{ background: {base}; border: none; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {disabled}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QFrame#banner[tone="error"] {{ background: {error_back}; border: none;
    border-bottom: 1px solid {border}; }}
QFrame#banner[tone="error"] QLabel {{ color: {error_text}; }}
QFrame#banner[tone="warning"] {{ background: {warning_back}; border: none;
    border-bottom: 1px solid {border}; }}
QFrame#banner[tone="warning"] QLabel {{ color: {warning_text}; }}
QFrame#banner[tone="info"] {{ background: {info_back}; border: none;
    border-bottom: 1px solid {border}; }}
QFrame#banner[tone="info"] QLabel {{ color: {info_text}; }}
QFrame#findBar {{ background: {raised}; border: none; border-bottom: 1px solid {border}; }}
QFrame#findBar QLineEdit[refused="true"] {{ border-color: {deleted_text}; }}
QFrame#filterPanel, QFrame#filterLine {{ background: {raised}; border: none;
    border-bottom: 1px solid {border}; }}
QScrollArea#filterArea, QWidget#filterAround {{ background: {raised}; border: none; }}
QFrame#conditionGroup {{ background: transparent; border: none; }}
QFrame#conditionGroup QFrame#conditionGroup {{ background: {base}; border: 1px solid {border};
    border-left: 3px solid {accent}; border-radius: 6px; }}
QFrame#filterPanel QLineEdit[refused="true"] {{ border-color: {deleted_text};
    background: {deleted_back}; }}
QFrame#filterChip {{ background: {selection}; border: 1px solid {accent}; border-radius: 8px; }}
QFrame#filterChip QToolButton {{ padding: 1px; }}
QFrame#facetPanel {{ background: {window}; border: none; border-left: 1px solid {border}; }}
QTreeView#facetValues {{ background: {window}; border: none; outline: none; }}
QFrame#page {{ background: {base}; border: none; }}
QFrame#card {{ background: {raised}; border: 1px solid {border}; border-radius: 10px; }}
QFrame#dropZone {{ background: {raised}; border: 1px dashed {disabled}; border-radius: 10px; }}
QLabel {{ background: transparent; }}
QLabel[tone="muted"] {{ color: {muted}; }}
QLabel[tone="error"] {{ color: {error_text}; }}
QLabel[tone="title"] {{ font-size: 20px; font-weight: 600; }}
QLabel[tone="heading"] {{ font-weight: 600; }}
QLabel#cellReason {{ background: {error_back}; color: {error_text};
    border: 1px solid {deleted_text}; border-radius: 4px; padding: 3px 7px; }}
QFrame#tabStrip {{ background: {window}; border: none; }}
"""
